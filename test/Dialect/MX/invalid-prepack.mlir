// RUN: mx-opt %s --mx-prepack-weights=pack-functions --verify-diagnostics

func.func private @main_pack(tensor<4xf32>)

// expected-error @+1 {{has weights to pack, but the name 'main_pack' is taken}}
func.func @main(%x: tensor<2x32xf32>, %w: tensor<2x32x!mx.amxfp4> {mx.weight}, %c: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %y = mx.matmul ins(%x, %w : tensor<2x32xf32>, tensor<2x32x!mx.amxfp4>) outs(%c : tensor<2x2xf32>)
    {lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "f32", rows = 6, vectors = 2, k_block = 256>}
  return %y : tensor<2x2xf32>
}
