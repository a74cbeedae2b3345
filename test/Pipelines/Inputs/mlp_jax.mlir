// jax 0.12.0.1, torch-mlir-opt 20261001 --stablehlo-legalize-to-linalg --canonicalize: export_jax.py
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d3, d2)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map3 = affine_map<(d0, d1, d2) -> ()>
#map4 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
module @jit_mlp attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<2x6x32xf32>, %arg1: tensor<32x64xf32>, %arg2: tensor<64x32xf32>) -> (tensor<2x6x32xf32> {jax.result_info = "result"}) {
    %cst = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<2x6x64xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<2x6x64xf32>) -> tensor<2x6x64xf32>
    %2 = linalg.generic {indexing_maps = [#map, #map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%arg0, %arg1 : tensor<2x6x32xf32>, tensor<32x64xf32>) outs(%1 : tensor<2x6x64xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %7 = arith.mulf %in, %in_0 : f32
      %8 = arith.addf %out, %7 : f32
      linalg.yield %8 : f32
    } -> tensor<2x6x64xf32>
    %3 = call @relu(%2) : (tensor<2x6x64xf32>) -> tensor<2x6x64xf32>
    %4 = tensor.empty() : tensor<2x6x32xf32>
    %5 = linalg.fill ins(%cst : f32) outs(%4 : tensor<2x6x32xf32>) -> tensor<2x6x32xf32>
    %6 = linalg.generic {indexing_maps = [#map, #map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%3, %arg2 : tensor<2x6x64xf32>, tensor<64x32xf32>) outs(%5 : tensor<2x6x32xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %7 = arith.mulf %in, %in_0 : f32
      %8 = arith.addf %out, %7 : f32
      linalg.yield %8 : f32
    } -> tensor<2x6x32xf32>
    return %6 : tensor<2x6x32xf32>
  }
  func.func private @relu(%arg0: tensor<2x6x64xf32>) -> tensor<2x6x64xf32> {
    %cst = arith.constant dense<0.000000e+00> : tensor<f32>
    %0 = tensor.empty() : tensor<2x6x64xf32>
    %1 = linalg.generic {indexing_maps = [#map3, #map4], iterator_types = ["parallel", "parallel", "parallel"]} ins(%cst : tensor<f32>) outs(%0 : tensor<2x6x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x64xf32>
    %2 = tensor.empty() : tensor<2x6x64xf32>
    %3 = linalg.generic {indexing_maps = [#map4, #map4, #map4], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0, %1 : tensor<2x6x64xf32>, tensor<2x6x64xf32>) outs(%2 : tensor<2x6x64xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %4 = arith.maximumf %in, %in_0 : f32
      linalg.yield %4 : f32
    } -> tensor<2x6x64xf32>
    return %3 : tensor<2x6x64xf32>
  }
}
