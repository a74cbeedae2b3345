// Every op prints and parses back, as text and as bytecode.
//
// RUN: mx-opt %s | FileCheck %s
// RUN: mx-opt %s | mx-opt | FileCheck %s
// RUN: mx-opt %s --emit-bytecode -o %t && mx-opt %t | FileCheck %s
// RUN: mx-opt %s --mlir-print-op-generic | mx-opt | FileCheck %s

// A quantizer is printed by the name of the preset that it makes of the type.
// CHECK-LABEL: func @preset(
//  CHECK-SAME:     %[[X:.+]]: tensor<?x?xf16>, %[[E:.+]]: tensor<?x?x!mx.amxfp4>
//       CHECK:   %[[Q:.+]] = mx.quantize ins(%[[X]] : tensor<?x?xf16>) outs(%[[E]] : tensor<?x?x!mx.amxfp4>) using amxfp4{{$}}
//       CHECK:   return %[[Q]] : tensor<?x?x!mx.amxfp4>
func.func @preset(%x: tensor<?x?xf16>, %e: tensor<?x?x!mx.amxfp4>) -> tensor<?x?x!mx.amxfp4> {
  %q = mx.quantize ins(%x : tensor<?x?xf16>) outs(%e : tensor<?x?x!mx.amxfp4>)
    using #mx.quantizer<rounding = nearest_away, scale_rule = max_fp, scale_rounding = nearest_away>
  return %q : tensor<?x?x!mx.amxfp4>
}

// A preset of another block size keeps its name; amxfp4_pot and amxfp4_pot_r
// share a type and differ here.
// CHECK-LABEL: func @names(
//  CHECK-SAME:     %[[X:.+]]: tensor<2x64xf32>, %[[E:.+]]: tensor<2x64x!mx.block<f4E2M1FN x 64, f8E5M2, asymmetric>>, %[[P:.+]]: tensor<2x64x!mx.amxfp4_pot>
//       CHECK:   mx.quantize ins(%[[X]] : tensor<2x64xf32>) outs(%[[E]] : {{.+}}) using amxfp4 mse{{$}}
//       CHECK:   mx.quantize ins(%[[X]] : tensor<2x64xf32>) outs(%[[P]] : {{.+}}) using amxfp4_pot{{$}}
//       CHECK:   mx.quantize ins(%[[X]] : tensor<2x64xf32>) outs(%[[P]] : {{.+}}) using amxfp4_pot_r emulator {tag}
//       CHECK:   mx.quantize ins(%[[X]] : tensor<2x64xf32>) outs(%[[P]] : {{.+}}) using amxfp4_pot mse{{$}}
func.func @names(%x: tensor<2x64xf32>, %e: tensor<2x64x!mx.block<f4E2M1FN x 64, f8E5M2, asymmetric>>,
                 %p: tensor<2x64x!mx.amxfp4_pot>) {
  %0 = mx.quantize ins(%x : tensor<2x64xf32>) outs(%e : tensor<2x64x!mx.block<f4E2M1FN x 64, f8E5M2, asymmetric>>) using amxfp4 mse
  %1 = mx.quantize ins(%x : tensor<2x64xf32>) outs(%p : tensor<2x64x!mx.amxfp4_pot>) using amxfp4_pot
  %2 = mx.quantize ins(%x : tensor<2x64xf32>) outs(%p : tensor<2x64x!mx.amxfp4_pot>) using amxfp4_pot_r emulator {tag}
  %3 = mx.quantize ins(%x : tensor<2x64xf32>) outs(%p : tensor<2x64x!mx.amxfp4_pot>)
    using #mx.quantizer<rounding = nearest_away, scale_rule = pot_floor, scale_search = mse>
  return
}

// A quantizer of no preset is printed whole: one that differs in a rounding,
// and one of a format without a name.
// CHECK-LABEL: func @no_preset(
//       CHECK:   using #mx.quantizer<rounding = nearest_even, scale_rule = max_fp, scale_rounding = nearest_away>{{$}}
//       CHECK:   using #mx.quantizer<rounding = nearest_even, scale_rule = pot_ceil, scale_search = mse> {tag}
//       CHECK:   using #mx.quantizer<rounding = nearest_even, scale_rule = max_fp>{{$}}
func.func @no_preset(%x: tensor<2x64xf32>, %e: tensor<2x64x!mx.amxfp4>, %p: tensor<2x64x!mx.mxfp4>,
                     %h: tensor<2x64x!mx.block<f4E2M1FN x 32, f16, asymmetric>>) {
  %0 = mx.quantize ins(%x : tensor<2x64xf32>) outs(%e : tensor<2x64x!mx.amxfp4>)
    using #mx.quantizer<rounding = nearest_even, scale_rule = max_fp, scale_rounding = nearest_away>
  %1 = mx.quantize ins(%x : tensor<2x64xf32>) outs(%p : tensor<2x64x!mx.mxfp4>)
    using #mx.quantizer<rounding = nearest_even, scale_rule = pot_ceil, scale_search = mse> {tag}
  %2 = mx.quantize ins(%x : tensor<2x64xf32>) outs(%h : tensor<2x64x!mx.block<f4E2M1FN x 32, f16, asymmetric>>)
    using #mx.quantizer<rounding = nearest_even, scale_rule = max_fp>
  return
}

// The outer scale has no axes, or those of the rows; extents may be dynamic.
// CHECK-LABEL: func @outer_scales(
//  CHECK-SAME:     %[[X:.+]]: tensor<2x?x64xbf16>, %[[T:.+]]: tensor<2x?x64x!mx.nvfp4>, %[[R:.+]]: tensor<2x3x64x!mx.amxfp4_e4m3>
//       CHECK:   %[[O:.+]] = mx.outer_scale %[[X]] : tensor<2x?x64xbf16> for !mx.nvfp4{{$}}
//       CHECK:   mx.quantize ins(%[[X]] : tensor<2x?x64xbf16>) outer(%[[O]] : tensor<f32>) outs(%[[T]] : tensor<2x?x64x!mx.nvfp4>) using nvfp4
//       CHECK:   %[[P:.+]] = mx.outer_scale %[[X]] {tag} : tensor<2x?x64xbf16> for !mx.amxfp4_e4m3
//       CHECK:   mx.quantize ins(%[[X]] : tensor<2x?x64xbf16>) outer(%[[P]] : tensor<2x?xf32>) outs(%[[R]] : tensor<2x3x64x!mx.amxfp4_e4m3>) using amxfp4_e4m3
func.func @outer_scales(%x: tensor<2x?x64xbf16>, %t: tensor<2x?x64x!mx.nvfp4>, %r: tensor<2x3x64x!mx.amxfp4_e4m3>) {
  %o = mx.outer_scale %x : tensor<2x?x64xbf16> for !mx.nvfp4
  %0 = mx.quantize ins(%x : tensor<2x?x64xbf16>) outer(%o : tensor<f32>) outs(%t : tensor<2x?x64x!mx.nvfp4>) using nvfp4
  %p = mx.outer_scale %x {tag} : tensor<2x?x64xbf16> for !mx.amxfp4_e4m3
  %1 = mx.quantize ins(%x : tensor<2x?x64xbf16>) outer(%p : tensor<2x?xf32>) outs(%r : tensor<2x3x64x!mx.amxfp4_e4m3>) using amxfp4_e4m3
  return
}

// CHECK-LABEL: func @dequantize(
//  CHECK-SAME:     %[[Q:.+]]: tensor<7x!mx.int4_affine>
//       CHECK:   mx.dequantize %[[Q]] {tag} : tensor<7x!mx.int4_affine> to tensor<7xbf16>
//       CHECK:   mx.dequantize %[[Q]] : tensor<7x!mx.int4_affine> to tensor<?xf16>
func.func @dequantize(%q: tensor<7x!mx.int4_affine>) {
  %0 = mx.dequantize %q {tag} : tensor<7x!mx.int4_affine> to tensor<7xbf16>
  %1 = mx.dequantize %q : tensor<7x!mx.int4_affine> to tensor<?xf16>
  return
}

// Blocks of unlike formats and sizes; batches that the rhs has or shares; a
// float lhs.
// CHECK-LABEL: func @matmul(
//  CHECK-SAME:     %[[A:.+]]: tensor<2x?x64x!mx.amxfp4>, %[[B:.+]]: tensor<8x64x!mx.mxint8>, %[[D:.+]]: tensor<2x8x?x!mx.nvfp4>, %[[X:.+]]: tensor<4x64xf16>, %[[C:.+]]: tensor<2x?x8xf32>, %[[I:.+]]: tensor<4x8xbf16>
//       CHECK:   mx.matmul ins(%[[A]], %[[B]] : tensor<2x?x64x!mx.amxfp4>, tensor<8x64x!mx.mxint8>) outs(%[[C]] : tensor<2x?x8xf32>) {accumulate = #mx.accumulate<in_order>}
//       CHECK:   mx.matmul ins(%[[A]], %[[D]] : tensor<2x?x64x!mx.amxfp4>, tensor<2x8x?x!mx.nvfp4>) outs(%[[C]] : tensor<2x?x8xf32>){{$}}
//       CHECK:   mx.matmul ins(%[[X]], %[[B]] : tensor<4x64xf16>, tensor<8x64x!mx.mxint8>) outs(%[[I]] : tensor<4x8xbf16>) {accumulate = #mx.accumulate<any_order>}
func.func @matmul(%a: tensor<2x?x64x!mx.amxfp4>, %b: tensor<8x64x!mx.mxint8>, %d: tensor<2x8x?x!mx.nvfp4>,
                  %x: tensor<4x64xf16>, %c: tensor<2x?x8xf32>, %i: tensor<4x8xbf16>) {
  %0 = mx.matmul ins(%a, %b : tensor<2x?x64x!mx.amxfp4>, tensor<8x64x!mx.mxint8>) outs(%c : tensor<2x?x8xf32>) {accumulate = #mx.accumulate<in_order>}
  %1 = mx.matmul ins(%a, %d : tensor<2x?x64x!mx.amxfp4>, tensor<2x8x?x!mx.nvfp4>) outs(%c : tensor<2x?x8xf32>)
  %2 = mx.matmul ins(%x, %b : tensor<4x64xf16>, tensor<8x64x!mx.mxint8>) outs(%i : tensor<4x8xbf16>) {accumulate = #mx.accumulate<any_order>}
  return
}

// The parts of a type, whose shapes are inferred: a row of 65 elements has five
// blocks of 16, 8 bytes of codes each; f16 scales take two bytes; a dynamic K is
// a part.
// CHECK-LABEL: func @parts(
//  CHECK-SAME:     %[[Q:.+]]: tensor<2x65x!mx.nvfp4_row>, %[[D:.+]]: tensor<?x?x!mx.int4_affine>, %[[T:.+]]: tensor<33x!mx.block<i8 x 32, f8E5M2, tensor_scale>>
//       CHECK:   %[[QP:.+]]:3 = mx.split %[[Q]] : tensor<2x65x!mx.nvfp4_row>
//       CHECK:   mx.join %[[QP]]#0, %[[QP]]#1, %[[QP]]#2 : (tensor<2x40xi8>, tensor<2x5x1xi8>, tensor<2xf32>) -> tensor<2x65x!mx.nvfp4_row>
//       CHECK:   %[[DP:.+]]:3 = mx.split %[[D]] : tensor<?x?x!mx.int4_affine>
//       CHECK:   mx.join %[[DP]]#0, %[[DP]]#1, %[[DP]]#2 : (tensor<?x?xi8>, tensor<?x?x4xi8>, index) -> tensor<?x?x!mx.int4_affine>
//       CHECK:   %[[TP:.+]]:3 = mx.split %[[T]] {tag} :
//       CHECK:   mx.join %[[TP]]#0, %[[TP]]#1, %[[TP]]#2 {tag} : (tensor<64xi8>, tensor<2x1xi8>, tensor<f32>) -> tensor<33x!mx.block<i8 x 32, f8E5M2, tensor_scale>>
func.func @parts(%q: tensor<2x65x!mx.nvfp4_row>, %d: tensor<?x?x!mx.int4_affine>,
                 %t: tensor<33x!mx.block<i8 x 32, f8E5M2, tensor_scale>>) {
  %qp:3 = mx.split %q : tensor<2x65x!mx.nvfp4_row>
  %0 = mx.join %qp#0, %qp#1, %qp#2 : (tensor<2x40xi8>, tensor<2x5x1xi8>, tensor<2xf32>) -> tensor<2x65x!mx.nvfp4_row>
  %dp:3 = mx.split %d : tensor<?x?x!mx.int4_affine>
  %1 = mx.join %dp#0, %dp#1, %dp#2 : (tensor<?x?xi8>, tensor<?x?x4xi8>, index) -> tensor<?x?x!mx.int4_affine>
  %tp:3 = mx.split %t {tag} : tensor<33x!mx.block<i8 x 32, f8E5M2, tensor_scale>>
  %2 = mx.join %tp#0, %tp#1, %tp#2 {tag} : (tensor<64xi8>, tensor<2x1xi8>, tensor<f32>) -> tensor<33x!mx.block<i8 x 32, f8E5M2, tensor_scale>>
  return
}

// Six bits: a block of 32 codes takes 24 bytes.
// CHECK-LABEL: func @six_bit_parts(
//  CHECK-SAME:     %[[Q:.+]]: tensor<2x65x!mx.mxfp6_e2m3>
//       CHECK:   %[[QP:.+]]:2 = mx.split %[[Q]] : tensor<2x65x!mx.mxfp6_e2m3>
//       CHECK:   mx.join %[[QP]]#0, %[[QP]]#1 : (tensor<2x72xi8>, tensor<2x3x1xi8>) -> tensor<2x65x!mx.mxfp6_e3m2>
func.func @six_bit_parts(%q: tensor<2x65x!mx.mxfp6_e2m3>) {
  %qp:2 = mx.split %q : tensor<2x65x!mx.mxfp6_e2m3>
  %0 = mx.join %qp#0, %qp#1 : (tensor<2x72xi8>, tensor<2x3x1xi8>) -> tensor<2x65x!mx.mxfp6_e3m2>
  return
}

// Ops on parts take tensors and memrefs; with tensors they have results.
// CHECK-LABEL: func @on_tensors(
//  CHECK-SAME:     %[[X:.+]]: tensor<?x40xf32>, %[[O:.+]]: tensor<?xf32>, %[[C:.+]]: tensor<?x24xi8>, %[[S:.+]]: tensor<?x3x1xi8>
//       CHECK:   %[[Q:.+]]:2 = mx.quantize_parts !mx.nvfp4_row using nvfp4_row ins(%[[X]] : tensor<?x40xf32>) outer(%[[O]] : tensor<?xf32>) outs(%[[C]], %[[S]] : tensor<?x24xi8>, tensor<?x3x1xi8>) -> tensor<?x24xi8>, tensor<?x3x1xi8>
//       CHECK:   mx.dequantize_parts !mx.nvfp4_row ins(%[[Q]]#0, %[[Q]]#1 : tensor<?x24xi8>, tensor<?x3x1xi8>) outer(%[[O]] : tensor<?xf32>) outs(%[[X]] : tensor<?x40xf32>) -> tensor<?x40xf32>
func.func @on_tensors(%x: tensor<?x40xf32>, %o: tensor<?xf32>, %c: tensor<?x24xi8>, %s: tensor<?x3x1xi8>) {
  %q:2 = mx.quantize_parts !mx.nvfp4_row using nvfp4_row ins(%x : tensor<?x40xf32>) outer(%o : tensor<?xf32>)
    outs(%c, %s : tensor<?x24xi8>, tensor<?x3x1xi8>) -> tensor<?x24xi8>, tensor<?x3x1xi8>
  %y = mx.dequantize_parts !mx.nvfp4_row ins(%q#0, %q#1 : tensor<?x24xi8>, tensor<?x3x1xi8>) outer(%o : tensor<?xf32>)
    outs(%x : tensor<?x40xf32>) -> tensor<?x40xf32>
  return
}

// CHECK-LABEL: func @on_memrefs(
//  CHECK-SAME:     %[[X:.+]]: memref<?x40xf32>, %[[C:.+]]: memref<?x32xi8>, %[[S:.+]]: memref<?x2x2xi8>, %[[Y:.+]]: memref<?x?xf32>, %[[K:.+]]: index
//       CHECK:   mx.quantize_parts !mx.amxfp4 using #mx.quantizer<rounding = toward_zero, scale_rule = max_fp> ins(%[[X]] : memref<?x40xf32>) outs(%[[C]], %[[S]] : memref<?x32xi8>, memref<?x2x2xi8>){{$}}
//       CHECK:   mx.dequantize_parts !mx.amxfp4 ins(%[[C]], %[[S]] : memref<?x32xi8>, memref<?x2x2xi8>) outs(%[[X]] : memref<?x40xf32>){{$}}
//       CHECK:   mx.matmul_parts lhs(%[[C]], %[[S]] : memref<?x32xi8>, memref<?x2x2xi8>) : !mx.amxfp4 rhs(%[[C]], %[[S]] : memref<?x32xi8>, memref<?x2x2xi8>) : !mx.amxfp4 k(%[[K]]) outs(%[[Y]] : memref<?x?xf32>) {accumulate = #mx.accumulate<in_order>}
//       CHECK:   mx.matmul_parts lhs(%[[X]] : memref<?x40xf32>) rhs(%[[C]], %[[S]] : memref<?x32xi8>, memref<?x2x2xi8>) : !mx.amxfp4 k(%[[K]]) outs(%[[Y]] : memref<?x?xf32>){{$}}
func.func @on_memrefs(%x: memref<?x40xf32>, %c: memref<?x32xi8>, %s: memref<?x2x2xi8>, %y: memref<?x?xf32>, %k: index) {
  mx.quantize_parts !mx.amxfp4 using #mx.quantizer<rounding = toward_zero, scale_rule = max_fp> ins(%x : memref<?x40xf32>) outs(%c, %s : memref<?x32xi8>, memref<?x2x2xi8>)
  mx.dequantize_parts !mx.amxfp4 ins(%c, %s : memref<?x32xi8>, memref<?x2x2xi8>) outs(%x : memref<?x40xf32>)
  mx.matmul_parts lhs(%c, %s : memref<?x32xi8>, memref<?x2x2xi8>) : !mx.amxfp4 rhs(%c, %s : memref<?x32xi8>, memref<?x2x2xi8>) : !mx.amxfp4
    k(%k) outs(%y : memref<?x?xf32>) {accumulate = #mx.accumulate<in_order>}
  mx.matmul_parts lhs(%x : memref<?x40xf32>) rhs(%c, %s : memref<?x32xi8>, memref<?x2x2xi8>) : !mx.amxfp4
    k(%k) outs(%y : memref<?x?xf32>)
  return
}

// CHECK-LABEL: func @rotate(
//  CHECK-SAME:     %[[X:.+]]: tensor<?x100xf32>, %[[H:.+]]: tensor<?xbf16>, %[[M:.+]]: tensor<24x24xf32>
//       CHECK:   %[[Y:.+]] = mx.rotate %[[X]] size(64) : tensor<?x100xf32>
//       CHECK:   %[[Z:.+]] = mx.rotate %[[Y]] size(4096) seed(-1) {tag} : tensor<?x100xf32>
//       CHECK:   mx.rotate %[[Z]] by(%[[M]] : tensor<24x24xf32>) : tensor<?x100xf32>
//       CHECK:   mx.rotate %[[H]] size(2) : tensor<?xbf16>
func.func @rotate(%x: tensor<?x100xf32>, %h: tensor<?xbf16>, %m: tensor<24x24xf32>) {
  %y = mx.rotate %x size(64) : tensor<?x100xf32>
  %z = mx.rotate %y size(4096) seed(-1) {tag} : tensor<?x100xf32>
  %0 = mx.rotate %z by(%m : tensor<24x24xf32>) : tensor<?x100xf32>
  %1 = mx.rotate %h size(2) : tensor<?xbf16>
  return
}
