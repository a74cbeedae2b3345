#map = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#col = affine_map<(d0, d1) -> (d1)>
// RMSNorm -> gate, up -> silu(gate) * up -> down -> + bias + residual
func.func @main(%x: tensor<?x64xf32>, %gamma: tensor<64xf32>, %wg: tensor<80x64xf32> {mx.weight}, %wu: tensor<80x64xf32> {mx.weight}, %wd: tensor<64x80xf32> {mx.weight}, %bias: tensor<64xf32>) -> tensor<?x64xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %eps = arith.constant 1.0e-5 : f32
  %n = arith.constant 64.0 : f32
  %m = tensor.dim %x, %c0 : tensor<?x64xf32>
  %es = tensor.empty(%m) : tensor<?xf32>
  %fs = linalg.fill ins(%zero : f32) outs(%es : tensor<?xf32>) -> tensor<?xf32>
  %ss = linalg.generic {indexing_maps = [#map, #row], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<?x64xf32>) outs(%fs : tensor<?xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %p = arith.mulf %a, %a : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  } -> tensor<?xf32>
  %e = tensor.empty(%m) : tensor<?x64xf32>
  %xn = linalg.generic {indexing_maps = [#map, #row, #col, #map], iterator_types = ["parallel", "parallel"]} ins(%x, %ss, %gamma : tensor<?x64xf32>, tensor<?xf32>, tensor<64xf32>) outs(%e : tensor<?x64xf32>) {
  ^bb0(%a: f32, %s: f32, %g: f32, %o: f32):
    %mean = arith.divf %s, %n : f32
    %plus = arith.addf %mean, %eps : f32
    %r = math.sqrt %plus : f32
    %q = arith.divf %a, %r : f32
    %y = arith.mulf %q, %g : f32
    linalg.yield %y : f32
  } -> tensor<?x64xf32>
  %eg = tensor.empty(%m) : tensor<?x80xf32>
  %fg = linalg.fill ins(%zero : f32) outs(%eg : tensor<?x80xf32>) -> tensor<?x80xf32>
  %et = tensor.empty() : tensor<64x80xf32>
  %wgt = linalg.transpose ins(%wg : tensor<80x64xf32>) outs(%et : tensor<64x80xf32>) permutation = [1, 0]
  %wut = linalg.transpose ins(%wu : tensor<80x64xf32>) outs(%et : tensor<64x80xf32>) permutation = [1, 0]
  %gate = linalg.matmul ins(%xn, %wgt : tensor<?x64xf32>, tensor<64x80xf32>) outs(%fg : tensor<?x80xf32>) -> tensor<?x80xf32>
  %up = linalg.matmul ins(%xn, %wut : tensor<?x64xf32>, tensor<64x80xf32>) outs(%fg : tensor<?x80xf32>) -> tensor<?x80xf32>
  %sig = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%gate : tensor<?x80xf32>) outs(%eg : tensor<?x80xf32>) {
  ^bb0(%a: f32, %o: f32):
    %ng = arith.negf %a : f32
    %ex = math.exp %ng : f32
    %d = arith.addf %ex, %one : f32
    %y = arith.divf %one, %d : f32
    linalg.yield %y : f32
  } -> tensor<?x80xf32>
  %h = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%gate, %sig, %up : tensor<?x80xf32>, tensor<?x80xf32>, tensor<?x80xf32>) outs(%eg : tensor<?x80xf32>) {
  ^bb0(%a: f32, %s: f32, %u: f32, %o: f32):
    %p = arith.mulf %a, %s : f32
    %y = arith.mulf %p, %u : f32
    linalg.yield %y : f32
  } -> tensor<?x80xf32>
  %etd = tensor.empty() : tensor<80x64xf32>
  %wdt = linalg.transpose ins(%wd : tensor<64x80xf32>) outs(%etd : tensor<80x64xf32>) permutation = [1, 0]
  %fd = linalg.fill ins(%zero : f32) outs(%e : tensor<?x64xf32>) -> tensor<?x64xf32>
  %down = linalg.matmul ins(%h, %wdt : tensor<?x80xf32>, tensor<80x64xf32>) outs(%fd : tensor<?x64xf32>) -> tensor<?x64xf32>
  %out = linalg.generic {indexing_maps = [#map, #col, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%down, %bias, %x : tensor<?x64xf32>, tensor<64xf32>, tensor<?x64xf32>) outs(%e : tensor<?x64xf32>) {
  ^bb0(%a: f32, %b: f32, %r: f32, %o: f32):
    %p = arith.addf %a, %b : f32
    %y = arith.addf %p, %r : f32
    linalg.yield %y : f32
  } -> tensor<?x64xf32>
  return %out : tensor<?x64xf32>
}
