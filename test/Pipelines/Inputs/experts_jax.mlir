// jax 0.12.0.1, torch-mlir-opt 20261001 --stablehlo-legalize-to-linalg --canonicalize: export_jax.py
module @jit_experts attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<4x6x32xf32>, %arg1: tensor<4x32x48xf32>) -> (tensor<4x6x48xf32> {jax.result_info = "result"}) {
    %cst = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<4x6x48xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<4x6x48xf32>) -> tensor<4x6x48xf32>
    %2 = linalg.batch_matmul ins(%arg0, %arg1 : tensor<4x6x32xf32>, tensor<4x32x48xf32>) outs(%1 : tensor<4x6x48xf32>) -> tensor<4x6x48xf32>
    return %2 : tensor<4x6x48xf32>
  }
}
