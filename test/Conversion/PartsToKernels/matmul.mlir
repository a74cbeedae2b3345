// Tiles as high as the config says, one lower for the rows left over, all on
// one panel of weights that is as deep as the config says. What is computed is
// compared with the numerics library elsewhere.
//
// RUN: mx-opt %s --convert-mx-parts-to-kernels --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func @static_rows(
//   CHECK-DAG:   %[[X:.+]] = memref.alloc() {alignment = 64 : i64} : memref<5x528xf32>
//   CHECK-DAG:   %[[P:.+]] = memref.alloc() {alignment = 64 : i64} : memref<256x16xf32>
//   CHECK-DAG:   %[[S:.+]] = memref.alloc() {alignment = 64 : i64} : memref<5x16xf32>
//       CHECK:   scf.for
//       CHECK:     linalg.fill {{.*}} outs(%[[S]] :
//       CHECK:     llvm.call_intrinsic "llvm.x86.avx2.permps"
//       CHECK:     %[[X2:.+]] = memref.subview %[[X]][%{{.+}}, %{{.+}}] [2, %{{.+}}]
//       CHECK:     %[[V2:.+]] = memref.cast %[[X2]] :
//       CHECK:     %[[S2:.+]] = memref.subview %[[S]][%{{.+}}, 0] [2, 16]
//       CHECK:     mx.microkernel "x86-64-v3" ins(%[[V2]], %[[P]] : {{.*}}) k(%{{.+}}) outs(%[[S2]] :
//       CHECK:     %[[X1:.+]] = memref.subview %[[X]][4, %{{.+}}] [1, %{{.+}}]
//       CHECK:     %[[V1:.+]] = memref.cast %[[X1]] :
//       CHECK:     %[[S1:.+]] = memref.subview %[[S]][4, 0] [1, 16]
//       CHECK:     %[[T1:.+]] = memref.cast %[[S1]] :
//       CHECK:     mx.microkernel "x86-64-v3" ins(%[[V1]], %[[P]] : {{.*}}) k(%{{.+}}) outs(%[[T1]] :
//   CHECK-NOT:     mx.microkernel
//       CHECK:   memref.dealloc %[[X]]
func.func @static_rows(%ac: memref<5x256xi8>, %as: memref<5x16x1xi8>, %bc: memref<40x256xi8>,
                       %bs: memref<40x16x1xi8>, %c: memref<5x40xf32>) {
  %k = arith.constant 512 : index
  mx.matmul_parts lhs(%ac, %as : memref<5x256xi8>, memref<5x16x1xi8>) : !mx.mxfp4
    rhs(%bc, %bs : memref<40x256xi8>, memref<40x16x1xi8>) : !mx.mxfp4 k(%k) outs(%c : memref<5x40xf32>)
    {lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "f32", rows = 2, vectors = 2, k_block = 256>}
  return
}

// -----

func.func @not_generated(%ac: memref<5x32xi8>, %as: memref<5x2x1xi8>, %bc: memref<40x32xi8>,
                         %bs: memref<40x2x1xi8>, %c: memref<5x40xf32>) {
  %k = arith.constant 64 : index
  // expected-error @+1 {{found kernel 'bf16', code is generated for 'f32' only}}
  mx.matmul_parts lhs(%ac, %as : memref<5x32xi8>, memref<5x2x1xi8>) : !mx.mxfp4
    rhs(%bc, %bs : memref<40x32xi8>, memref<40x2x1xi8>) : !mx.mxfp4 k(%k) outs(%c : memref<5x40xf32>)
    {lowering_config = #mx.lowering_config<target = "znver4", kernel = "bf16", rows = 2, vectors = 2, k_block = 256>}
  return
}

// -----

func.func @strided(%x: memref<4x64xf32, strided<[1, 4]>>, %c: memref<4x32xi8>, %s: memref<4x2x2xi8>) {
  // expected-error @+1 {{operand is 'memref<4x64xf32, strided<[1, 4]>>', expected contiguous rows for a kernel}}
  mx.quantize_parts !mx.amxfp4 using amxfp4 ins(%x : memref<4x64xf32, strided<[1, 4]>>)
    outs(%c, %s : memref<4x32xi8>, memref<4x2x2xi8>)
    {lowering_config = #mx.lowering_config<target = "znver4", kernel = "quantize">}
  return
}

// -----

%x = memref.alloc() : memref<4x64xf32>
%c = memref.alloc() : memref<4x32xi8>
%s = memref.alloc() : memref<4x2x2xi8>
// expected-error @+1 {{is in no function, where scratch could be}}
mx.quantize_parts !mx.amxfp4 using amxfp4 ins(%x : memref<4x64xf32>)
  outs(%c, %s : memref<4x32xi8>, memref<4x2x2xi8>)
  {lowering_config = #mx.lowering_config<target = "znver4", kernel = "quantize">}
