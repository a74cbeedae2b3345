#map = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4)>
#map1 = affine_map<(d0, d1, d2, d3, d4) -> (d4, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d4)>
#map5 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1, d4)>
#map6 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map7 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d1, d2)>
#map9 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d3, d4)>
#map10 = affine_map<(d0, d1, d2, d3, d4) -> (d3, d4, d2)>
#map11 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2)>
module @jit_attention attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<2x6x32xf32>, %arg1: tensor<32x4x16xf32>, %arg2: tensor<32x4x16xf32>, %arg3: tensor<32x4x16xf32>, %arg4: tensor<4x16x32xf32>) -> (tensor<2x6x32xf32> {jax.result_info = "result"}) {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 0xFF800000 : f32
    %cst_1 = arith.constant dense<2.500000e-01> : tensor<2x6x4x16xf32>
    %q0 = tensor.empty() : tensor<2x6x4x16xf32>
    %q1 = linalg.fill ins(%cst : f32) outs(%q0 : tensor<2x6x4x16xf32>) -> tensor<2x6x4x16xf32>
    %q = linalg.generic {indexing_maps = [#map, #map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%arg0, %arg1 : tensor<2x6x32xf32>, tensor<32x4x16xf32>) outs(%q1 : tensor<2x6x4x16xf32>) {
    ^bb0(%in: f32, %in_1: f32, %out: f32):
      %40 = arith.mulf %in, %in_1 : f32
      %41 = arith.addf %out, %40 : f32
      linalg.yield %41 : f32
    } -> tensor<2x6x4x16xf32>
    %k0 = tensor.empty() : tensor<2x6x4x16xf32>
    %k1 = linalg.fill ins(%cst : f32) outs(%k0 : tensor<2x6x4x16xf32>) -> tensor<2x6x4x16xf32>
    %k = linalg.generic {indexing_maps = [#map, #map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%arg0, %arg2 : tensor<2x6x32xf32>, tensor<32x4x16xf32>) outs(%k1 : tensor<2x6x4x16xf32>) {
    ^bb0(%in: f32, %in_1: f32, %out: f32):
      %40 = arith.mulf %in, %in_1 : f32
      %41 = arith.addf %out, %40 : f32
      linalg.yield %41 : f32
    } -> tensor<2x6x4x16xf32>
    %v0 = tensor.empty() : tensor<2x6x4x16xf32>
    %v1 = linalg.fill ins(%cst : f32) outs(%v0 : tensor<2x6x4x16xf32>) -> tensor<2x6x4x16xf32>
    %v = linalg.generic {indexing_maps = [#map, #map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%arg0, %arg3 : tensor<2x6x32xf32>, tensor<32x4x16xf32>) outs(%v1 : tensor<2x6x4x16xf32>) {
    ^bb0(%in: f32, %in_1: f32, %out: f32):
      %40 = arith.mulf %in, %in_1 : f32
      %41 = arith.addf %out, %40 : f32
      linalg.yield %41 : f32
    } -> tensor<2x6x4x16xf32>
    %0 = tensor.empty() : tensor<2x6x4x16xf32>
    %1 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%q, %cst_1 : tensor<2x6x4x16xf32>, tensor<2x6x4x16xf32>) outs(%0 : tensor<2x6x4x16xf32>) {
    ^bb0(%in: f32, %in_1: f32, %out: f32):
      %40 = arith.mulf %in, %in_1 : f32
      linalg.yield %40 : f32
    } -> tensor<2x6x4x16xf32>
    %2 = tensor.empty() : tensor<2x4x6x6xf32>
    %3 = linalg.fill ins(%cst : f32) outs(%2 : tensor<2x4x6x6xf32>) -> tensor<2x4x6x6xf32>
    %4 = linalg.generic {indexing_maps = [#map4, #map5, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%1, %k : tensor<2x6x4x16xf32>, tensor<2x6x4x16xf32>) outs(%3 : tensor<2x4x6x6xf32>) {
    ^bb0(%in: f32, %in_1: f32, %out: f32):
      %40 = arith.mulf %in, %in_1 : f32
      %41 = arith.addf %out, %40 : f32
      linalg.yield %41 : f32
    } -> tensor<2x4x6x6xf32>
    %5 = tensor.empty() : tensor<2x4x6xf32>
    %6 = linalg.fill ins(%cst_0 : f32) outs(%5 : tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
    %7 = linalg.generic {indexing_maps = [#map3, #map6], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%4 : tensor<2x4x6x6xf32>) outs(%6 : tensor<2x4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %40 = arith.maximumf %out, %in : f32
      linalg.yield %40 : f32
    } -> tensor<2x4x6xf32>
    %8 = linalg.generic {indexing_maps = [#map6, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%7 : tensor<2x4x6xf32>) outs(%2 : tensor<2x4x6x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x6x6xf32>
    %9 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%4, %8 : tensor<2x4x6x6xf32>, tensor<2x4x6x6xf32>) outs(%2 : tensor<2x4x6x6xf32>) {
    ^bb0(%in: f32, %in_1: f32, %out: f32):
      %40 = arith.subf %in, %in_1 : f32
      linalg.yield %40 : f32
    } -> tensor<2x4x6x6xf32>
    %10 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%9 : tensor<2x4x6x6xf32>) outs(%2 : tensor<2x4x6x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %40 = math.exp %in : f32
      linalg.yield %40 : f32
    } -> tensor<2x4x6x6xf32>
    %11 = linalg.fill ins(%cst : f32) outs(%5 : tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
    %12 = linalg.generic {indexing_maps = [#map3, #map6], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%10 : tensor<2x4x6x6xf32>) outs(%11 : tensor<2x4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %40 = arith.addf %out, %in : f32
      linalg.yield %40 : f32
    } -> tensor<2x4x6xf32>
    %13 = linalg.generic {indexing_maps = [#map6, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%12 : tensor<2x4x6xf32>) outs(%2 : tensor<2x4x6x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x6x6xf32>
    %14 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10, %13 : tensor<2x4x6x6xf32>, tensor<2x4x6x6xf32>) outs(%2 : tensor<2x4x6x6xf32>) {
    ^bb0(%in: f32, %in_1: f32, %out: f32):
      %40 = arith.divf %in, %in_1 : f32
      linalg.yield %40 : f32
    } -> tensor<2x4x6x6xf32>
    %15 = tensor.empty() : tensor<2x4x16x6xf32>
    %16 = linalg.fill ins(%cst : f32) outs(%15 : tensor<2x4x16x6xf32>) -> tensor<2x4x16x6xf32>
    %17 = linalg.generic {indexing_maps = [#map7, #map9, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%v, %14 : tensor<2x6x4x16xf32>, tensor<2x4x6x6xf32>) outs(%16 : tensor<2x4x16x6xf32>) {
    ^bb0(%in: f32, %in_1: f32, %out: f32):
      %40 = arith.mulf %in, %in_1 : f32
      %41 = arith.addf %out, %40 : f32
      linalg.yield %41 : f32
    } -> tensor<2x4x16x6xf32>
    %18 = tensor.empty() : tensor<2x6x4x16xf32>
    %transposed = linalg.transpose ins(%17 : tensor<2x4x16x6xf32>) outs(%18 : tensor<2x6x4x16xf32>) permutation = [0, 3, 1, 2] 
    %19 = tensor.empty() : tensor<2x6x32xf32>
    %20 = linalg.fill ins(%cst : f32) outs(%19 : tensor<2x6x32xf32>) -> tensor<2x6x32xf32>
    %21 = linalg.generic {indexing_maps = [#map9, #map10, #map11], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%transposed, %arg4 : tensor<2x6x4x16xf32>, tensor<4x16x32xf32>) outs(%20 : tensor<2x6x32xf32>) {
    ^bb0(%in: f32, %in_1: f32, %out: f32):
      %40 = arith.mulf %in, %in_1 : f32
      %41 = arith.addf %out, %40 : f32
      linalg.yield %41 : f32
    } -> tensor<2x6x32xf32>
    return %21 : tensor<2x6x32xf32>
  }
}
