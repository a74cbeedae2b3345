// Tensors have to become buffers first.
//
// RUN: mx-opt %s --convert-mx-parts-to-loops --split-input-file --verify-diagnostics

func.func @quantize(%x: tensor<4x64xf32>, %c: tensor<4x32xi8>, %s: tensor<4x2x2xi8>) {
  // expected-error @+1 {{'mx.quantize_parts' op operand is 'tensor<4x64xf32>', expected memrefs: bufferize first}}
  %0:2 = mx.quantize_parts !mx.amxfp4 using amxfp4 ins(%x : tensor<4x64xf32>) outs(%c, %s : tensor<4x32xi8>, tensor<4x2x2xi8>) -> tensor<4x32xi8>, tensor<4x2x2xi8>
  return
}

// -----

func.func @dequantize(%c: memref<4x32xi8>, %s: tensor<4x2x2xi8>, %x: memref<4x64xf32>) {
  // expected-error @+1 {{'mx.dequantize_parts' op operand is 'tensor<4x2x2xi8>', expected memrefs: bufferize first}}
  mx.dequantize_parts !mx.amxfp4 ins(%c, %s : memref<4x32xi8>, tensor<4x2x2xi8>) outs(%x : memref<4x64xf32>)
  return
}

// -----

func.func @matmul(%x: tensor<4x64xf32>, %c: memref<4x32xi8>, %s: memref<4x2x2xi8>, %y: memref<4x4xf32>, %k: index) {
  // expected-error @+1 {{'mx.matmul_parts' op operand is 'tensor<4x64xf32>', expected memrefs: bufferize first}}
  mx.matmul_parts lhs(%x : tensor<4x64xf32>) rhs(%c, %s : memref<4x32xi8>, memref<4x2x2xi8>) : !mx.amxfp4 k(%k) outs(%y : memref<4x4xf32>)
  return
}
