// Functions in nested modules are quantized, and an error where lowering begins:
// the conversions that follow would not see them.
//
// RUN: not mx-opt %s --mx-reference 2>&1 | FileCheck %s
// RUN: not mx-opt %s --mx-float-to-llvm 2>&1 | FileCheck %s
// RUN: not mx-opt %s --mx-quantize='min-k=1 min-n=1 strict' --mx-reference 2>&1 | FileCheck %s
// CHECK: prepare-entry-points-nested.mlir:[[@LINE+4]]:5: error: 'func.func' op is in a nested module, expected all functions that are lowered at the top of the module
// CHECK-NOT: error:
module {
  module @nested {
    func.func @main(%x: tensor<4x8xf32>, %w: tensor<8x5xf32> {mx.weight}, %c: tensor<4x5xf32>) -> tensor<4x5xf32> {
      %y = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x5xf32>) outs(%c : tensor<4x5xf32>) -> tensor<4x5xf32>
      return %y : tensor<4x5xf32>
    }
  }
}
