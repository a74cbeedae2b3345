// Tiles that would cut a block or change what the op declares: the op declines,
// and the schedule fails at it.
//
// RUN: mx-opt %s --transform-interpreter --split-input-file --verify-diagnostics

// Blocks of 32, a tile of 48.
module attributes {transform.with_named_sequence} {
  func.func @cuts_blocks(%a: tensor<4x96x!mx.mxfp4>, %b: tensor<8x96x!mx.mxfp4>) -> tensor<4x8xf32> {
    %c = arith.constant dense<0.0> : tensor<4x8xf32>
    // expected-error @+1 {{op fail}}
    %y = mx.matmul ins(%a, %b : tensor<4x96x!mx.mxfp4>, tensor<8x96x!mx.mxfp4>) outs(%c : tensor<4x8xf32>)
    return %y : tensor<4x8xf32>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["mx.matmul"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop = transform.structured.tile_using_for %op tile_sizes [0, 0, 48] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// The blocks of both operands count: 16 cuts those of 32.
module attributes {transform.with_named_sequence} {
  func.func @cuts_the_larger_blocks(%a: tensor<4x96x!mx.nvfp4_ue5m3>, %b: tensor<8x96x!mx.mxfp4>) -> tensor<4x8xf32> {
    %c = arith.constant dense<0.0> : tensor<4x8xf32>
    // expected-error @+1 {{op fail}}
    %y = mx.matmul ins(%a, %b : tensor<4x96x!mx.nvfp4_ue5m3>, tensor<8x96x!mx.mxfp4>) outs(%c : tensor<4x8xf32>)
    return %y : tensor<4x8xf32>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["mx.matmul"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop = transform.structured.tile_using_for %op tile_sizes [0, 0, 16] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// The order of the additions is declared; a tile would add init first.
module attributes {transform.with_named_sequence} {
  func.func @in_order(%a: tensor<4x96x!mx.mxfp4>, %b: tensor<8x96x!mx.mxfp4>) -> tensor<4x8xf32> {
    %c = arith.constant dense<0.0> : tensor<4x8xf32>
    // expected-error @+1 {{op fail}}
    %y = mx.matmul ins(%a, %b : tensor<4x96x!mx.mxfp4>, tensor<8x96x!mx.mxfp4>) outs(%c : tensor<4x8xf32>) {accumulate = #mx.accumulate<in_order>}
    return %y : tensor<4x8xf32>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["mx.matmul"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop = transform.structured.tile_using_for %op tile_sizes [0, 0, 32] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Partial sums on top of another number than zero are rounded to its last place.
module attributes {transform.with_named_sequence} {
  func.func @init(%a: tensor<4x96x!mx.mxfp4>, %b: tensor<8x96x!mx.mxfp4>) -> tensor<4x8xf32> {
    %c = arith.constant dense<1.0> : tensor<4x8xf32>
    // expected-error @+1 {{op fail}}
    %y = mx.matmul ins(%a, %b : tensor<4x96x!mx.mxfp4>, tensor<8x96x!mx.mxfp4>) outs(%c : tensor<4x8xf32>)
    return %y : tensor<4x8xf32>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["mx.matmul"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop = transform.structured.tile_using_for %op tile_sizes [0, 0, 32] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Partial sums would be rounded to 16 bits.
module attributes {transform.with_named_sequence} {
  func.func @result_of_16_bits(%a: tensor<4x96x!mx.mxfp4>, %b: tensor<8x96x!mx.mxfp4>) -> tensor<4x8xbf16> {
    %c = arith.constant dense<0.0> : tensor<4x8xbf16>
    // expected-error @+1 {{op fail}}
    %y = mx.matmul ins(%a, %b : tensor<4x96x!mx.mxfp4>, tensor<8x96x!mx.mxfp4>) outs(%c : tensor<4x8xbf16>)
    return %y : tensor<4x8xbf16>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["mx.matmul"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop = transform.structured.tile_using_for %op tile_sizes [0, 0, 32] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A tile of a K that only the run time knows may cut its last block.
module attributes {transform.with_named_sequence} {
  func.func @dynamic_k(%a: tensor<4x?x!mx.mxfp4>, %b: tensor<8x?x!mx.mxfp4>) -> tensor<4x8xf32> {
    %c = arith.constant dense<0.0> : tensor<4x8xf32>
    // expected-error @+1 {{op fail}}
    %y = mx.matmul ins(%a, %b : tensor<4x?x!mx.mxfp4>, tensor<8x?x!mx.mxfp4>) outs(%c : tensor<4x8xf32>)
    return %y : tensor<4x8xf32>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["mx.matmul"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop = transform.structured.tile_using_for %op tile_sizes [0, 0, 32] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A loop that carries another number to the tile is not one over K.
module attributes {transform.with_named_sequence} {
  func.func @carried(%a: tensor<4x96x!mx.mxfp4>, %b: tensor<8x96x!mx.mxfp4>, %n: index) -> tensor<4x8xf32> {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c = arith.constant dense<0.0> : tensor<4x8xf32>
    %r = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %c) -> tensor<4x8xf32> {
      // expected-error @+1 {{op fail}}
      %y = mx.matmul ins(%a, %b : tensor<4x96x!mx.mxfp4>, tensor<8x96x!mx.mxfp4>) outs(%acc : tensor<4x8xf32>)
      scf.yield %y : tensor<4x8xf32>
    }
    return %r : tensor<4x8xf32>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["mx.matmul"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop = transform.structured.tile_using_for %op tile_sizes [0, 0, 32] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Tiles of K that run at once would write the same result.
module attributes {transform.with_named_sequence} {
  func.func @k_in_parallel(%a: tensor<4x96x!mx.mxfp4>, %b: tensor<8x96x!mx.mxfp4>) -> tensor<4x8xf32> {
    %c = arith.constant dense<0.0> : tensor<4x8xf32>
    // expected-warning @+3 {{tiling is not thread safe at axis #2}}
    // expected-error @+2 {{op fail}}
    // expected-note @+1 {{when applied to this op}}
    %y = mx.matmul ins(%a, %b : tensor<4x96x!mx.mxfp4>, tensor<8x96x!mx.mxfp4>) outs(%c : tensor<4x8xf32>)
    return %y : tensor<4x8xf32>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["mx.matmul"]} in %root : (!transform.any_op) -> !transform.any_op
    // expected-error @+1 {{failed to apply}}
    %tile, %loop = transform.structured.tile_using_forall %op tile_sizes [0, 0, 32] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// The scale of a whole tensor has no tiles.
module attributes {transform.with_named_sequence} {
  func.func @outer_of_a_tensor(%x: tensor<4x96xf32>) -> tensor<f32> {
    // expected-error @+1 {{op fail}}
    %o = mx.outer_scale %x : tensor<4x96xf32> for !mx.nvfp4
    return %o : tensor<f32>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["mx.outer_scale"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop = transform.structured.tile_using_for %op tile_sizes [2] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Nor has a row's scale tiles of its row.
module attributes {transform.with_named_sequence} {
  func.func @outer_of_a_row(%x: tensor<4x96xf32>) -> tensor<4xf32> {
    // expected-error @+1 {{op fail}}
    %o = mx.outer_scale %x : tensor<4x96xf32> for !mx.nvfp4_row
    return %o : tensor<4xf32>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["mx.outer_scale"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop = transform.structured.tile_using_for %op tile_sizes [0, 32] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
