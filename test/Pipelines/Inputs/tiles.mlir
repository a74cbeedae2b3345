// Schedules of upstream's transform dialect, for the ops of any module.
module attributes {transform.with_named_sequence} {
  // Tiles of 5 rows and 24 columns, with the quantized rows in them.
  transform.named_sequence @rows_and_columns(%root: !transform.any_op {transform.readonly}) {
    %product = transform.structured.match ops{["mx.matmul"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop = transform.structured.tile_using_forall %product tile_sizes [5, 24] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    %quantizes = transform.structured.match ops{["mx.quantize"]} in %root : (!transform.any_op) -> !transform.any_op
    %lhs, %rhs = transform.split_handle %quantizes : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    %fused, %loop1 = transform.structured.fuse_into_containing_op %lhs into %loop : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
  // K in tiles of 64, and what is left.
  transform.named_sequence @k(%root: !transform.any_op {transform.readonly}) {
    %product = transform.structured.match ops{["mx.matmul"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop = transform.structured.tile_using_for %product tile_sizes [0, 0, 64] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
  // K within rows, within columns, and within both, in one nest.
  transform.named_sequence @rows_and_k(%root: !transform.any_op {transform.readonly}) {
    %product = transform.structured.match ops{["mx.matmul"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loops:2 = transform.structured.tile_using_for %product tile_sizes [5, 0, 64] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
  transform.named_sequence @columns_and_k(%root: !transform.any_op {transform.readonly}) {
    %product = transform.structured.match ops{["mx.matmul"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loops:2 = transform.structured.tile_using_for %product tile_sizes [0, 7, 64] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
  transform.named_sequence @all(%root: !transform.any_op {transform.readonly}) {
    %product = transform.structured.match ops{["mx.matmul"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loops:3 = transform.structured.tile_using_for %product tile_sizes [5, 7, 64] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
  // Both operands quantized in tiles of 64 columns.
  transform.named_sequence @quantize_columns(%root: !transform.any_op {transform.readonly}) {
    %quantizes = transform.structured.match ops{["mx.quantize"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loops:2 = transform.structured.tile_using_for %quantizes tile_sizes [4, 64] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}
