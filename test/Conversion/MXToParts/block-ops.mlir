// Each op on block tensors becomes one on their parts, with nothing in between.
//
// RUN: mx-opt %s --convert-mx-to-parts --mx-verify-stage=stage=parts --split-input-file | FileCheck %s

// The init's parts are written; the outer scale of the result is the operand,
// not the init's.
// CHECK-LABEL: func @quantize(
//  CHECK-SAME:     %[[X:.+]]: tensor<?x40xf32>, %[[O:.+]]: tensor<?xf32>, %[[C:[^:]+]]: tensor<?x24xi8>, %[[S:[^:]+]]: tensor<?x3x1xi8>, %{{[^:]+}}: tensor<?xf32>)
//  CHECK-SAME:     -> (tensor<?x24xi8>, tensor<?x3x1xi8>, tensor<?xf32>)
//  CHECK-NEXT:   %[[Q:.+]]:2 = mx.quantize_parts !mx.nvfp4_row using nvfp4_row mse ins(%[[X]] : tensor<?x40xf32>) outer(%[[O]] : tensor<?xf32>) outs(%[[C]], %[[S]] :
//  CHECK-NEXT:   return %[[Q]]#0, %[[Q]]#1, %[[O]]
func.func @quantize(%x: tensor<?x40xf32>, %o: tensor<?xf32>, %e: tensor<?x40x!mx.nvfp4_row>) -> tensor<?x40x!mx.nvfp4_row> {
  %q = mx.quantize ins(%x : tensor<?x40xf32>) outer(%o : tensor<?xf32>) outs(%e : tensor<?x40x!mx.nvfp4_row>) using nvfp4_row mse
  return %q : tensor<?x40x!mx.nvfp4_row>
}

// -----

// An outer scale whose extents are less known, or better, is cast to the part.
// CHECK-LABEL: func @quantize_cast(
//  CHECK-SAME:     %[[X:.+]]: tensor<?x32xf32>, %[[O:.+]]: tensor<?xf32>
//       CHECK:   %[[P:.+]] = tensor.cast %[[O]] : tensor<?xf32> to tensor<4xf32>
//       CHECK:   %[[Q:.+]]:2 = mx.quantize_parts {{.+}} outer(%[[P]] : tensor<4xf32>)
//       CHECK:   return %[[Q]]#0, %[[Q]]#1, %[[P]]
func.func @quantize_cast(%x: tensor<?x32xf32>, %o: tensor<?xf32>, %e: tensor<4x32x!mx.nvfp4_row>) -> tensor<4x32x!mx.nvfp4_row> {
  %q = mx.quantize ins(%x : tensor<?x32xf32>) outer(%o : tensor<?xf32>) outs(%e : tensor<4x32x!mx.nvfp4_row>) using nvfp4_row
  return %q : tensor<4x32x!mx.nvfp4_row>
}

// -----

// A dynamic K is a part of its own, and the extent of what is decoded.
// CHECK-LABEL: func @dequantize(
//  CHECK-SAME:     %[[C:[^:]+]]: tensor<?x?xi8>, %[[S:[^:]+]]: tensor<?x?x2xi8>, %[[K:[^:]+]]: index)
//       CHECK:   %[[M:.+]] = tensor.dim %[[C]], %{{.+}} : tensor<?x?xi8>
//       CHECK:   %[[E:.+]] = tensor.empty(%[[M]], %[[K]]) : tensor<?x?xbf16>
//       CHECK:   %[[X:.+]] = mx.dequantize_parts !mx.amxfp4 ins(%[[C]], %[[S]] : {{.+}}) outs(%[[E]] : tensor<?x?xbf16>)
//       CHECK:   return %[[X]]
func.func @dequantize(%q: tensor<?x?x!mx.amxfp4>) -> tensor<?x?xbf16> {
  %x = mx.dequantize %q : tensor<?x?x!mx.amxfp4> to tensor<?x?xbf16>
  return %x : tensor<?x?xbf16>
}

// -----

// K is static in the source alone.
// CHECK-LABEL: func @dequantize_forgets(
//       CHECK:   %[[K:.+]] = arith.constant 40 : index
//       CHECK:   tensor.empty(%[[K]]) : tensor<2x?xf32>
//       CHECK:   mx.dequantize_parts !mx.nvfp4 ins(%{{.+}}, %{{.+}} : tensor<2x24xi8>, tensor<2x3x1xi8>) outer(%{{.+}} : tensor<f32>)
func.func @dequantize_forgets(%q: tensor<2x40x!mx.nvfp4>) -> tensor<2x?xf32> {
  %x = mx.dequantize %q : tensor<2x40x!mx.nvfp4> to tensor<2x?xf32>
  return %x : tensor<2x?xf32>
}

// -----

// CHECK-LABEL: func @matmul(
//  CHECK-SAME:     %[[AC:[^:]+]]: tensor<?x32xi8>, %[[AS:[^:]+]]: tensor<?x2x2xi8>, %[[BC:[^:]+]]: tensor<8x32xi8>, %[[BS:[^:]+]]: tensor<8x4x1xi8>, %[[BO:[^:]+]]: tensor<f32>, %[[I:[^:]+]]: tensor<?x8xf32>)
//       CHECK:   %[[K:.+]] = arith.constant 50 : index
//       CHECK:   %[[Y:.+]] = mx.matmul_parts lhs(%[[AC]], %[[AS]] : tensor<?x32xi8>, tensor<?x2x2xi8>) : !mx.amxfp4 rhs(%[[BC]], %[[BS]], %[[BO]] : tensor<8x32xi8>, tensor<8x4x1xi8>, tensor<f32>) : !mx.nvfp4 k(%[[K]]) outs(%[[I]] : tensor<?x8xf32>) {accumulate = #mx.accumulate<in_order>}
//       CHECK:   return %[[Y]]
func.func @matmul(%a: tensor<?x50x!mx.amxfp4>, %b: tensor<8x50x!mx.nvfp4>, %c: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %y = mx.matmul ins(%a, %b : tensor<?x50x!mx.amxfp4>, tensor<8x50x!mx.nvfp4>) outs(%c : tensor<?x8xf32>) {accumulate = #mx.accumulate<in_order>}
  return %y : tensor<?x8xf32>
}

// -----

// Zeros that a product starts from are not made: filled ones, and constants.
// CHECK-LABEL: func @from_zero(
//  CHECK-SAME:     %{{[^:]+}}: tensor<?x32xi8>, %{{[^:]+}}: tensor<?x2x2xi8>, %{{[^:]+}}: tensor<4x32xi8>, %{{[^:]+}}: tensor<4x2x2xi8>, %{{[^:]+}}: tensor<8x32xi8>, %{{[^:]+}}: tensor<8x2x2xi8>, %[[I:[^:]+]]: tensor<?x8xf32>)
//       CHECK:   mx.matmul_parts {{.+}} outs(%[[I]] : tensor<?x8xf32>) {from_zero}
//       CHECK:   %[[E:.+]] = tensor.empty() : tensor<4x8xbf16>
//       CHECK:   mx.matmul_parts {{.+}} outs(%[[E]] : tensor<4x8xbf16>) {from_zero}
//       CHECK:   %[[ONES:.+]] = linalg.fill
//       CHECK:   mx.matmul_parts {{.+}} outs(%[[ONES]] : tensor<?x8xf32>) -> 
//       CHECK:   mx.matmul_parts {{.+}} outs(%{{.+}} : tensor<4x8xf32>) -> 
func.func @from_zero(%a: tensor<?x50x!mx.amxfp4>, %s: tensor<4x50x!mx.amxfp4>, %b: tensor<8x50x!mx.amxfp4>, %c: tensor<?x8xf32>)
    -> (tensor<?x8xf32>, tensor<4x8xbf16>, tensor<?x8xf32>, tensor<4x8xf32>) {
  %zero = arith.constant 0.0 : f32
  %zeros = linalg.fill ins(%zero : f32) outs(%c : tensor<?x8xf32>) -> tensor<?x8xf32>
  %y0 = mx.matmul ins(%a, %b : tensor<?x50x!mx.amxfp4>, tensor<8x50x!mx.amxfp4>) outs(%zeros : tensor<?x8xf32>)
  %splat = arith.constant dense<0.0> : tensor<4x8xbf16>
  %y1 = mx.matmul ins(%s, %b : tensor<4x50x!mx.amxfp4>, tensor<8x50x!mx.amxfp4>) outs(%splat : tensor<4x8xbf16>)
  %one = arith.constant 1.0 : f32
  %ones = linalg.fill ins(%one : f32) outs(%c : tensor<?x8xf32>) -> tensor<?x8xf32>
  %y2 = mx.matmul ins(%a, %b : tensor<?x50x!mx.amxfp4>, tensor<8x50x!mx.amxfp4>) outs(%ones : tensor<?x8xf32>)
  %negative = arith.constant dense<-0.0> : tensor<4x8xf32>
  %y3 = mx.matmul ins(%s, %b : tensor<4x50x!mx.amxfp4>, tensor<8x50x!mx.amxfp4>) outs(%negative : tensor<4x8xf32>)
  return %y0, %y1, %y2, %y3 : tensor<?x8xf32>, tensor<4x8xbf16>, tensor<?x8xf32>, tensor<4x8xf32>
}

// -----

// K comes from the operand that knows it: a constant, though the rhs is dynamic.
// CHECK-LABEL: func @matmul_k_of_lhs(
//  CHECK-SAME:     %[[A:[^:]+]]: tensor<4x50xf16>, %[[BC:[^:]+]]: tensor<8x?xi8>, %[[BS:[^:]+]]: tensor<8x?x2xi8>, %{{[^:]+}}: index
//       CHECK:   %[[K:.+]] = arith.constant 50 : index
//       CHECK:   mx.matmul_parts lhs(%[[A]] : tensor<4x50xf16>) rhs(%[[BC]], %[[BS]] : {{.+}}) : !mx.amxfp4 k(%[[K]])
func.func @matmul_k_of_lhs(%a: tensor<4x50xf16>, %b: tensor<8x?x!mx.amxfp4>, %c: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = mx.matmul ins(%a, %b : tensor<4x50xf16>, tensor<8x?x!mx.amxfp4>) outs(%c : tensor<4x8xf32>)
  return %y : tensor<4x8xf32>
}

// -----

// Where neither does, it is the rhs's part.
// CHECK-LABEL: func @matmul_k_of_rhs(
//  CHECK-SAME:     %{{[^:]+}}: tensor<4x?xi8>, %{{[^:]+}}: tensor<4x?x2xi8>, %{{[^:]+}}: index, %{{[^:]+}}: tensor<8x?xi8>, %{{[^:]+}}: tensor<8x?x1xi8>, %{{[^:]+}}: tensor<8xf32>, %[[K:[^:]+]]: index, %
//       CHECK:   mx.matmul_parts {{.+}} k(%[[K]])
func.func @matmul_k_of_rhs(%a: tensor<4x?x!mx.amxfp4>, %b: tensor<8x?x!mx.nvfp4_row>, %c: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = mx.matmul ins(%a, %b : tensor<4x?x!mx.amxfp4>, tensor<8x?x!mx.nvfp4_row>) outs(%c : tensor<4x8xf32>)
  return %y : tensor<4x8xf32>
}

// -----

// split and join vanish; a join that forgets an extent is a cast.
// CHECK-LABEL: func @split_and_join(
//  CHECK-SAME:     %[[C:[^:]+]]: tensor<4x32xi8>, %[[S:[^:]+]]: tensor<4x2x2xi8>, %[[D:[^:]+]]: tensor<?x32xi8>, %[[T:[^:]+]]: tensor<?x2x2xi8>)
//  CHECK-SAME:     -> (tensor<?x32xi8>, tensor<?x2x2xi8>, tensor<?x2x2xi8>, tensor<?x32xi8>)
//  CHECK-NEXT:   %[[CC:.+]] = tensor.cast %[[C]] : tensor<4x32xi8> to tensor<?x32xi8>
//  CHECK-NEXT:   %[[SC:.+]] = tensor.cast %[[S]] : tensor<4x2x2xi8> to tensor<?x2x2xi8>
//  CHECK-NEXT:   return %[[CC]], %[[SC]], %[[T]], %[[D]]
func.func @split_and_join(%c: tensor<4x32xi8>, %s: tensor<4x2x2xi8>, %q: tensor<?x64x!mx.amxfp4>) -> (tensor<?x64x!mx.amxfp4>, tensor<?x2x2xi8>, tensor<?x32xi8>) {
  %j = mx.join %c, %s : (tensor<4x32xi8>, tensor<4x2x2xi8>) -> tensor<?x64x!mx.amxfp4>
  %p:2 = mx.split %q : tensor<?x64x!mx.amxfp4>
  return %j, %p#1, %p#0 : tensor<?x64x!mx.amxfp4>, tensor<?x2x2xi8>, tensor<?x32xi8>
}
