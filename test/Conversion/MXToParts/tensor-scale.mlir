// Slices go into a tensor with one outer scale only where they share it.
// RUN: mx-opt %s --convert-mx-to-parts --split-input-file --verify-diagnostics | FileCheck %s

// Both halves were quantized with %o.
// CHECK-LABEL: func @shared(
//  CHECK-SAME:     %[[X:.+]]: tensor<4x64xf32>, %[[O:.+]]: tensor<f32>)
//       CHECK:   return %{{.+}}, %{{.+}}, %[[O]] : tensor<8x32xi8>, tensor<8x4x1xi8>, tensor<f32>
func.func @shared(%x: tensor<4x64xf32>, %o: tensor<f32>) -> tensor<8x64x!mx.nvfp4> {
  %e = tensor.empty() : tensor<4x64x!mx.nvfp4>
  %q = mx.quantize ins(%x : tensor<4x64xf32>) outer(%o : tensor<f32>) outs(%e : tensor<4x64x!mx.nvfp4>) using nvfp4
  %all = tensor.empty() : tensor<8x64x!mx.nvfp4>
  %0 = tensor.insert_slice %q into %all[0, 0] [4, 64] [1, 1] : tensor<4x64x!mx.nvfp4> into tensor<8x64x!mx.nvfp4>
  %1 = tensor.insert_slice %q into %0[4, 0] [4, 64] [1, 1] : tensor<4x64x!mx.nvfp4> into tensor<8x64x!mx.nvfp4>
  return %1 : tensor<8x64x!mx.nvfp4>
}

// -----

func.func @unlike(%a: tensor<4x64x!mx.nvfp4>, %b: tensor<4x64x!mx.nvfp4>) -> tensor<8x64x!mx.nvfp4> {
  %all = tensor.empty() : tensor<8x64x!mx.nvfp4>
  %0 = tensor.insert_slice %a into %all[0, 0] [4, 64] [1, 1] : tensor<4x64x!mx.nvfp4> into tensor<8x64x!mx.nvfp4>
  // expected-error @+2 {{joins tensors of '!mx.nvfp4' whose outer scales may differ}}
  // expected-error @+1 {{failed to legalize operation 'tensor.insert_slice'}}
  %1 = tensor.insert_slice %b into %0[4, 0] [4, 64] [1, 1] : tensor<4x64x!mx.nvfp4> into tensor<8x64x!mx.nvfp4>
  return %1 : tensor<8x64x!mx.nvfp4>
}
