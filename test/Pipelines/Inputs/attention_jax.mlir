// jax 0.12.0.1, torch-mlir-opt 20261001 --stablehlo-legalize-to-linalg --canonicalize: export_jax.py
#map = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4)>
#map1 = affine_map<(d0, d1, d2, d3, d4) -> (d4, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d4)>
#map4 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1, d4)>
#map5 = affine_map<(d0, d1, d2, d3) -> ()>
#map6 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map7 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map8 = affine_map<(d0, d1, d2) -> ()>
#map9 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>
#map11 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d1, d2)>
#map12 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d3, d4)>
#map13 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3, d1)>
#map14 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4, d3)>
#map15 = affine_map<(d0, d1, d2, d3, d4) -> (d4, d3, d2)>
#map16 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2)>
module @jit_attention attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<2x6x32xf32>, %arg1: tensor<32x4x16xf32>, %arg2: tensor<32x4x16xf32>, %arg3: tensor<32x4x16xf32>, %arg4: tensor<4x16x32xf32>) -> (tensor<2x6x32xf32> {jax.result_info = "result"}) {
    %cst = arith.constant 0xFF800000 : f32
    %cst_0 = arith.constant dense<0xFF800000> : tensor<f32>
    %cst_1 = arith.constant dense<2.500000e-01> : tensor<f32>
    %cst_2 = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<2x6x4x16xf32>
    %1 = linalg.fill ins(%cst_2 : f32) outs(%0 : tensor<2x6x4x16xf32>) -> tensor<2x6x4x16xf32>
    %2 = linalg.generic {indexing_maps = [#map, #map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%arg0, %arg1 : tensor<2x6x32xf32>, tensor<32x4x16xf32>) outs(%1 : tensor<2x6x4x16xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %48 = arith.mulf %in, %in_3 : f32
      %49 = arith.addf %out, %48 : f32
      linalg.yield %49 : f32
    } -> tensor<2x6x4x16xf32>
    %3 = tensor.empty() : tensor<2x6x4x16xf32>
    %4 = linalg.fill ins(%cst_2 : f32) outs(%3 : tensor<2x6x4x16xf32>) -> tensor<2x6x4x16xf32>
    %5 = linalg.generic {indexing_maps = [#map, #map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%arg0, %arg2 : tensor<2x6x32xf32>, tensor<32x4x16xf32>) outs(%4 : tensor<2x6x4x16xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %48 = arith.mulf %in, %in_3 : f32
      %49 = arith.addf %out, %48 : f32
      linalg.yield %49 : f32
    } -> tensor<2x6x4x16xf32>
    %6 = tensor.empty() : tensor<2x6x4x16xf32>
    %7 = linalg.fill ins(%cst_2 : f32) outs(%6 : tensor<2x6x4x16xf32>) -> tensor<2x6x4x16xf32>
    %8 = linalg.generic {indexing_maps = [#map, #map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%arg0, %arg3 : tensor<2x6x32xf32>, tensor<32x4x16xf32>) outs(%7 : tensor<2x6x4x16xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %48 = arith.mulf %in, %in_3 : f32
      %49 = arith.addf %out, %48 : f32
      linalg.yield %49 : f32
    } -> tensor<2x6x4x16xf32>
    %9 = tensor.empty() : tensor<2x4x6x6xf32>
    %10 = linalg.fill ins(%cst_2 : f32) outs(%9 : tensor<2x4x6x6xf32>) -> tensor<2x4x6x6xf32>
    %11 = linalg.generic {indexing_maps = [#map3, #map4, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%2, %5 : tensor<2x6x4x16xf32>, tensor<2x6x4x16xf32>) outs(%10 : tensor<2x4x6x6xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %48 = arith.mulf %in, %in_3 : f32
      %49 = arith.addf %out, %48 : f32
      linalg.yield %49 : f32
    } -> tensor<2x4x6x6xf32>
    %12 = tensor.empty() : tensor<2x4x6x6xf32>
    %13 = linalg.generic {indexing_maps = [#map5, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_1 : tensor<f32>) outs(%12 : tensor<2x4x6x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x6x6xf32>
    %14 = tensor.empty() : tensor<2x4x6x6xf32>
    %15 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11, %13 : tensor<2x4x6x6xf32>, tensor<2x4x6x6xf32>) outs(%14 : tensor<2x4x6x6xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %48 = arith.mulf %in, %in_3 : f32
      linalg.yield %48 : f32
    } -> tensor<2x4x6x6xf32>
    %16 = tensor.empty() : tensor<2x4x6xf32>
    %17 = linalg.fill ins(%cst : f32) outs(%16 : tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
    %18 = linalg.generic {indexing_maps = [#map6, #map7], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%15 : tensor<2x4x6x6xf32>) outs(%17 : tensor<2x4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %48 = arith.maximumf %out, %in : f32
      linalg.yield %48 : f32
    } -> tensor<2x4x6xf32>
    %19 = tensor.empty() : tensor<2x4x6xf32>
    %20 = linalg.generic {indexing_maps = [#map8, #map9], iterator_types = ["parallel", "parallel", "parallel"]} ins(%cst_0 : tensor<f32>) outs(%19 : tensor<2x4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x6xf32>
    %21 = tensor.empty() : tensor<2x4x6xf32>
    %22 = linalg.generic {indexing_maps = [#map9, #map9, #map9], iterator_types = ["parallel", "parallel", "parallel"]} ins(%20, %18 : tensor<2x4x6xf32>, tensor<2x4x6xf32>) outs(%21 : tensor<2x4x6xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %48 = arith.maximumf %in, %in_3 : f32
      linalg.yield %48 : f32
    } -> tensor<2x4x6xf32>
    %23 = tensor.empty() : tensor<2x4x6x1xf32>
    %24 = linalg.generic {indexing_maps = [#map7, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%22 : tensor<2x4x6xf32>) outs(%23 : tensor<2x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x6x1xf32>
    %25 = tensor.empty() : tensor<2x4x6x6xf32>
    %26 = linalg.generic {indexing_maps = [#map10, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%24 : tensor<2x4x6x1xf32>) outs(%25 : tensor<2x4x6x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x6x6xf32>
    %27 = tensor.empty() : tensor<2x4x6x6xf32>
    %28 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15, %26 : tensor<2x4x6x6xf32>, tensor<2x4x6x6xf32>) outs(%27 : tensor<2x4x6x6xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %48 = arith.subf %in, %in_3 : f32
      linalg.yield %48 : f32
    } -> tensor<2x4x6x6xf32>
    %29 = tensor.empty() : tensor<2x4x6x6xf32>
    %30 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%28 : tensor<2x4x6x6xf32>) outs(%29 : tensor<2x4x6x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %48 = math.exp %in : f32
      linalg.yield %48 : f32
    } -> tensor<2x4x6x6xf32>
    %31 = tensor.empty() : tensor<2x4x6xf32>
    %32 = linalg.fill ins(%cst_2 : f32) outs(%31 : tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
    %33 = linalg.generic {indexing_maps = [#map6, #map7], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%30 : tensor<2x4x6x6xf32>) outs(%32 : tensor<2x4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %48 = arith.addf %out, %in : f32
      linalg.yield %48 : f32
    } -> tensor<2x4x6xf32>
    %34 = tensor.empty() : tensor<2x4x6x1xf32>
    %35 = linalg.generic {indexing_maps = [#map7, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%33 : tensor<2x4x6xf32>) outs(%34 : tensor<2x4x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x6x1xf32>
    %36 = tensor.empty() : tensor<2x4x6x6xf32>
    %37 = linalg.generic {indexing_maps = [#map10, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%35 : tensor<2x4x6x1xf32>) outs(%36 : tensor<2x4x6x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x6x6xf32>
    %38 = tensor.empty() : tensor<2x4x6x6xf32>
    %39 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%30, %37 : tensor<2x4x6x6xf32>, tensor<2x4x6x6xf32>) outs(%38 : tensor<2x4x6x6xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %48 = arith.divf %in, %in_3 : f32
      linalg.yield %48 : f32
    } -> tensor<2x4x6x6xf32>
    %40 = tensor.empty() : tensor<2x4x16x6xf32>
    %41 = linalg.fill ins(%cst_2 : f32) outs(%40 : tensor<2x4x16x6xf32>) -> tensor<2x4x16x6xf32>
    %42 = linalg.generic {indexing_maps = [#map11, #map12, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%8, %39 : tensor<2x6x4x16xf32>, tensor<2x4x6x6xf32>) outs(%41 : tensor<2x4x16x6xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %48 = arith.mulf %in, %in_3 : f32
      %49 = arith.addf %out, %48 : f32
      linalg.yield %49 : f32
    } -> tensor<2x4x16x6xf32>
    %43 = tensor.empty() : tensor<2x6x4x16xf32>
    %44 = linalg.generic {indexing_maps = [#map13, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%42 : tensor<2x4x16x6xf32>) outs(%43 : tensor<2x6x4x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x4x16xf32>
    %45 = tensor.empty() : tensor<2x6x32xf32>
    %46 = linalg.fill ins(%cst_2 : f32) outs(%45 : tensor<2x6x32xf32>) -> tensor<2x6x32xf32>
    %47 = linalg.generic {indexing_maps = [#map14, #map15, #map16], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%44, %arg4 : tensor<2x6x4x16xf32>, tensor<4x16x32xf32>) outs(%46 : tensor<2x6x32xf32>) {
    ^bb0(%in: f32, %in_3: f32, %out: f32):
      %48 = arith.mulf %in, %in_3 : f32
      %49 = arith.addf %out, %48 : f32
      linalg.yield %49 : f32
    } -> tensor<2x6x32xf32>
    return %47 : tensor<2x6x32xf32>
  }
}
