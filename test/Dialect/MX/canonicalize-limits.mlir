// 4096 elements fold, more do not (mx-fold-constants does them); equal constants
// become one.
//
// RUN: %python -c "s = open(r'%s').read(); print(s.replace('ALL_BUT_ONE_1_64', '803F' * 4095 + '0040').replace('ALL_BUT_ONE_1_65', '803F' * 4159 + '0040'))" > %t
// RUN: mx-opt %t --canonicalize --cse | FileCheck %s

// CHECK-LABEL: func @at_the_limit()
//  CHECK-NEXT:   %[[Q:.+]] = mx.constant #mx.blocks<codes = [[CODES:mx_[0-9a-f]+]], scales = [[SCALES:mx_[0-9a-f]+]]> : tensor<64x64x!mx.mxint8>
//  CHECK-NEXT:   return %[[Q]], %[[Q]]
func.func @at_the_limit() -> (tensor<64x64x!mx.mxint8>, tensor<64x64x!mx.mxint8>) {
  %w = arith.constant dense<"0xALL_BUT_ONE_1_64"> : tensor<64x64xbf16>
  %e = tensor.empty() : tensor<64x64x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<64x64xbf16>) outs(%e : tensor<64x64x!mx.mxint8>) using mxint8
  %f = tensor.empty() : tensor<64x64x!mx.mxint8>
  %r = mx.quantize ins(%w : tensor<64x64xbf16>) outs(%f : tensor<64x64x!mx.mxint8>) using mxint8
  return %q, %r : tensor<64x64x!mx.mxint8>, tensor<64x64x!mx.mxint8>
}

// Not even with another shape of the same bytes does a second blob arise.
// CHECK-LABEL: func @another_shape()
//  CHECK-NEXT:   mx.constant #mx.blocks<codes = [[CODES]], scales = [[SCALES]]> : tensor<2x32x64x!mx.mxint8>
func.func @another_shape() -> tensor<2x32x64x!mx.mxint8> {
  %w = arith.constant dense<"0xALL_BUT_ONE_1_64"> : tensor<2x32x64xbf16>
  %e = tensor.empty() : tensor<2x32x64x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<2x32x64xbf16>) outs(%e : tensor<2x32x64x!mx.mxint8>) using mxint8
  return %q : tensor<2x32x64x!mx.mxint8>
}

// CHECK-LABEL: func @above_the_limit()
//       CHECK:   %[[W:.+]] = arith.constant dense<{{.+}}> : tensor<65x64xbf16>
//       CHECK:   mx.quantize ins(%[[W]] :
func.func @above_the_limit() -> tensor<65x64x!mx.mxint8> {
  %w = arith.constant dense<"0xALL_BUT_ONE_1_65"> : tensor<65x64xbf16>
  %e = tensor.empty() : tensor<65x64x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<65x64xbf16>) outs(%e : tensor<65x64x!mx.mxint8>) using mxint8
  return %q : tensor<65x64x!mx.mxint8>
}
