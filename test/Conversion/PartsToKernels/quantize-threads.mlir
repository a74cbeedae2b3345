// Each thread of a quantizer has memory of its own, made inside of the loop.
//
// RUN: mx-opt %s --convert-mx-parts-to-kernels | FileCheck %s

// CHECK-LABEL: func.func private @mx_quantize_mxfp8_e4m3(
//   CHECK-NOT:   memref.alloca
//   CHECK-NOT:   memref.alloc(
//       CHECK:   scf.forall
//       CHECK:     memref.alloc() {alignment = 64 : i64}
//       CHECK:     memref.dealloc
func.func @f(%x: memref<?x64xf32>, %codes: memref<?x64xi8>, %scales: memref<?x2x1xi8>) {
  mx.quantize_parts !mx.mxfp8_e4m3 using mxfp8_e4m3 ins(%x : memref<?x64xf32>)
    outs(%codes, %scales : memref<?x64xi8>, memref<?x2x1xi8>)
    {lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "quantize", threads = 3>}
  return
}
