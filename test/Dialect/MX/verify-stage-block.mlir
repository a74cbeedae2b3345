// What may not touch blocks at stage block, one case each.
//
// RUN: mx-opt %s --mx-verify-stage=stage=block --split-input-file --verify-diagnostics

func.func @slice_offset(%q: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{cuts a block: offset 5 and size 32 of the last axis, expected multiples of 32}}
  %0 = tensor.extract_slice %q[0, 5] [4, 32] [1, 1] : tensor<4x64x!mx.amxfp4> to tensor<4x32x!mx.amxfp4>
  return
}

// -----

func.func @slice_size(%q: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{cuts a block: offset 0 and size 40 of the last axis, expected multiples of 32}}
  %0 = tensor.extract_slice %q[0, 0] [4, 40] [1, 1] : tensor<4x64x!mx.amxfp4> to tensor<4x40x!mx.amxfp4>
  return
}

// -----

// Of a dynamic axis nobody knows whether this is the end.
func.func @slice_size_dynamic(%q: tensor<4x?x!mx.amxfp4>) {
  // expected-error @+1 {{cuts a block: offset 32 and size 8 of the last axis, expected multiples of 32}}
  %0 = tensor.extract_slice %q[0, 32] [4, 8] [1, 1] : tensor<4x?x!mx.amxfp4> to tensor<4x8x!mx.amxfp4>
  return
}

// -----

// The block size is the type's.
func.func @slice_block_16(%q: tensor<4x64x!mx.nvfp4_row>, %r: tensor<4x64x!mx.block<f4E2M1FN x 64, f8E5M2, asymmetric>>) {
  %0 = tensor.extract_slice %q[0, 16] [4, 16] [1, 1] : tensor<4x64x!mx.nvfp4_row> to tensor<4x16x!mx.nvfp4_row>
  // expected-error @+1 {{cuts a block: offset 32 and size 32 of the last axis, expected multiples of 64}}
  %1 = tensor.extract_slice %r[0, 32] [4, 32] [1, 1] : tensor<4x64x!mx.block<f4E2M1FN x 64, f8E5M2, asymmetric>> to tensor<4x32x!mx.block<f4E2M1FN x 64, f8E5M2, asymmetric>>
  return
}

// -----

func.func @slice_dynamic_offset(%q: tensor<4x64x!mx.amxfp4>, %i: index) {
  // expected-error @+1 {{slices the blocked axis at a run-time offset or size, expected constants, tiles of a loop or all of the axis}}
  %0 = tensor.extract_slice %q[0, %i] [4, 32] [1, 1] : tensor<4x64x!mx.amxfp4> to tensor<4x32x!mx.amxfp4>
  return
}

// -----

func.func @slice_dynamic_size(%q: tensor<4x64x!mx.amxfp4>, %i: index) {
  // expected-error @+1 {{slices the blocked axis at a run-time offset or size, expected constants, tiles of a loop or all of the axis}}
  %0 = tensor.extract_slice %q[0, 0] [4, %i] [1, 1] : tensor<4x64x!mx.amxfp4> to tensor<4x?x!mx.amxfp4>
  return
}

// -----

// The K of another tensor, or the other axis of this one, is not all of it.
func.func @slice_dim_of_another(%q: tensor<?x?x!mx.amxfp4>, %r: tensor<?x?x!mx.amxfp4>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %k = tensor.dim %r, %c1 : tensor<?x?x!mx.amxfp4>
  // expected-error @+1 {{slices the blocked axis at a run-time offset or size}}
  %0 = tensor.extract_slice %q[0, 0] [4, %k] [1, 1] : tensor<?x?x!mx.amxfp4> to tensor<4x?x!mx.amxfp4>
  %m = tensor.dim %q, %c0 : tensor<?x?x!mx.amxfp4>
  // expected-error @+1 {{slices the blocked axis at a run-time offset or size}}
  %1 = tensor.extract_slice %q[0, 0] [4, %m] [1, 1] : tensor<?x?x!mx.amxfp4> to tensor<4x?x!mx.amxfp4>
  return
}

// -----

func.func @slice_dim_of_no_axis(%q: tensor<?x?x!mx.amxfp4>) {
  %c7 = arith.constant 7 : index
  %k = tensor.dim %q, %c7 : tensor<?x?x!mx.amxfp4>
  // expected-error @+1 {{slices the blocked axis at a run-time offset or size}}
  %0 = tensor.extract_slice %q[0, 0] [4, %k] [1, 1] : tensor<?x?x!mx.amxfp4> to tensor<4x?x!mx.amxfp4>
  return
}

// -----

func.func @slice_stride(%q: tensor<4x128x!mx.amxfp4>) {
  // expected-error @+1 {{strides over the blocked axis, expected stride 1}}
  %0 = tensor.extract_slice %q[0, 0] [4, 64] [1, 2] : tensor<4x128x!mx.amxfp4> to tensor<4x64x!mx.amxfp4>
  return
}

// -----

// One element of each row has no blocks left.
func.func @slice_drops_k(%q: tensor<32x64x!mx.amxfp4>) {
  // expected-error @+1 {{drops the blocked axis}}
  %0 = tensor.extract_slice %q[0, 0] [32, 1] [1, 1] : tensor<32x64x!mx.amxfp4> to tensor<32x!mx.amxfp4>
  return
}

// -----

func.func @slice_drops_all(%q: tensor<1x!mx.amxfp4>) {
  // expected-error @+1 {{has type 'tensor<!mx.amxfp4>', expected blocks only as elements of a ranked tensor with at least one axis}}
  %0 = tensor.extract_slice %q[0] [1] [1] : tensor<1x!mx.amxfp4> to tensor<!mx.amxfp4>
  return
}

// -----

func.func @insert_offset(%s: tensor<4x32x!mx.amxfp4>, %q: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{cuts a block: offset 5 and size 32 of the last axis, expected multiples of 32}}
  %0 = tensor.insert_slice %s into %q[0, 5] [4, 32] [1, 1] : tensor<4x32x!mx.amxfp4> into tensor<4x64x!mx.amxfp4>
  return
}

// -----

// The source is whole, the block that it lands in is not.
func.func @insert_size(%s: tensor<4x8x!mx.amxfp4>, %q: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{cuts a block: offset 32 and size 8 of the last axis, expected multiples of 32}}
  %0 = tensor.insert_slice %s into %q[0, 32] [4, 8] [1, 1] : tensor<4x8x!mx.amxfp4> into tensor<4x64x!mx.amxfp4>
  return
}

// -----

func.func @insert_drops_k(%s: tensor<32x!mx.amxfp4>, %q: tensor<32x64x!mx.amxfp4>) {
  // expected-error @+1 {{drops the blocked axis}}
  %0 = tensor.insert_slice %s into %q[0, 0] [32, 1] [1, 1] : tensor<32x!mx.amxfp4> into tensor<32x64x!mx.amxfp4>
  return
}

// -----

func.func @parallel_insert(%s: tensor<4x32x!mx.amxfp4>, %q: tensor<4x64x!mx.amxfp4>) -> tensor<4x64x!mx.amxfp4> {
  %0 = scf.forall (%i) in (2) shared_outs(%o = %q) -> tensor<4x64x!mx.amxfp4> {
    scf.forall.in_parallel {
      // expected-error @+1 {{slices the blocked axis at a run-time offset or size, expected constants, tiles of a loop or all of the axis}}
      tensor.parallel_insert_slice %s into %o[0, %i] [4, 32] [1, 1] : tensor<4x32x!mx.amxfp4> into tensor<4x64x!mx.amxfp4>
    }
  }
  return %0 : tensor<4x64x!mx.amxfp4>
}

// -----

func.func @expand_k(%q: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{splits or merges the blocked axis, expected it to be kept as it is}}
  %0 = tensor.expand_shape %q [[0], [1, 2]] output_shape [4, 2, 32] : tensor<4x64x!mx.amxfp4> into tensor<4x2x32x!mx.amxfp4>
  return
}

// -----

func.func @collapse_k(%q: tensor<4x2x32x!mx.amxfp4>) {
  // expected-error @+1 {{splits or merges the blocked axis, expected it to be kept as it is}}
  %0 = tensor.collapse_shape %q [[0], [1, 2]] : tensor<4x2x32x!mx.amxfp4> into tensor<4x64x!mx.amxfp4>
  return
}

// -----

// A transposition belongs on the float side.
func.func @transpose(%q: tensor<64x64x!mx.amxfp4>) {
  %e = tensor.empty() : tensor<64x64x!mx.amxfp4>
  // expected-error @+1 {{touches 'tensor<64x64x!mx.amxfp4>', which only ops that keep blocks whole may do; move it to the float side}}
  %0 = linalg.transpose ins(%q : tensor<64x64x!mx.amxfp4>) outs(%e : tensor<64x64x!mx.amxfp4>) permutation = [1, 0]
  return
}

// -----

func.func @copy(%q: tensor<4x64x!mx.amxfp4>) {
  %e = tensor.empty() : tensor<4x64x!mx.amxfp4>
  // expected-error @+1 {{'linalg.copy' op touches 'tensor<4x64x!mx.amxfp4>'}}
  %0 = linalg.copy ins(%q : tensor<4x64x!mx.amxfp4>) outs(%e : tensor<4x64x!mx.amxfp4>) -> tensor<4x64x!mx.amxfp4>
  return
}

// -----

// A single element has no scale to go with.
func.func @fill(%v: !mx.amxfp4, %q: tensor<4x64x!mx.amxfp4>) { // expected-error {{'func.func' op has type '!mx.amxfp4', expected blocks only as elements of a ranked tensor with at least one axis}}
  // expected-error @+1 {{'linalg.fill' op touches '!mx.amxfp4'}}
  %0 = linalg.fill ins(%v : !mx.amxfp4) outs(%q : tensor<4x64x!mx.amxfp4>) -> tensor<4x64x!mx.amxfp4>
  return
}

// -----

func.func @generic(%q: tensor<4x64x!mx.amxfp4>) {
  %e = tensor.empty() : tensor<4x64x!mx.amxfp4>
  // expected-error @+1 {{'linalg.generic' op touches 'tensor<4x64x!mx.amxfp4>'}}
  %0 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%q : tensor<4x64x!mx.amxfp4>) outs(%e : tensor<4x64x!mx.amxfp4>) {
  ^bb0(%a: !mx.amxfp4, %b: !mx.amxfp4):
    linalg.yield %a : !mx.amxfp4
  } -> tensor<4x64x!mx.amxfp4>
  return
}

// -----

func.func @pad(%q: tensor<4x64x!mx.amxfp4>, %r: tensor<1x!mx.amxfp4>) {
  %c0 = arith.constant 0 : index
  // expected-error @+1 {{'tensor.pad' op touches 'tensor<4x64x!mx.amxfp4>'}}
  %0 = tensor.pad %q low[0, 0] high[4, 0] {
  ^bb0(%i: index, %j: index):
    %v = tensor.extract %r[%c0] : tensor<1x!mx.amxfp4>
    tensor.yield %v : !mx.amxfp4
  } : tensor<4x64x!mx.amxfp4> to tensor<8x64x!mx.amxfp4>
  return
}

// -----

func.func @extract(%q: tensor<4x!mx.amxfp4>, %i: index) {
  // expected-error @+1 {{'tensor.extract' op touches 'tensor<4x!mx.amxfp4>'}}
  %0 = tensor.extract %q[%i] : tensor<4x!mx.amxfp4>
  return
}

// -----

func.func @concat(%q: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{'tensor.concat' op touches 'tensor<4x64x!mx.amxfp4>'}}
  %0 = tensor.concat dim(0) %q, %q : (tensor<4x64x!mx.amxfp4>, tensor<4x64x!mx.amxfp4>) -> tensor<8x64x!mx.amxfp4>
  return
}

// -----

func.func @gather(%q: tensor<4x64x!mx.amxfp4>, %i: tensor<2x1xindex>) {
  // expected-error @+1 {{'tensor.gather' op touches 'tensor<4x64x!mx.amxfp4>'}}
  %0 = tensor.gather %q[%i] gather_dims([1]) : (tensor<4x64x!mx.amxfp4>, tensor<2x1xindex>) -> tensor<2x4x1x!mx.amxfp4>
  return
}

// -----

func.func @bitcast(%q: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{'builtin.unrealized_conversion_cast' op touches 'tensor<4x64x!mx.amxfp4>'}}
  %0 = builtin.unrealized_conversion_cast %q : tensor<4x64x!mx.amxfp4> to tensor<4x32xi8>
  return
}

// -----

// No buffer holds blocks; the way there is refused before it begins.
func.func @alloc() {
  // expected-error @+1 {{'bufferization.alloc_tensor' op touches 'tensor<4x64x!mx.amxfp4>'}}
  %0 = bufferization.alloc_tensor() : tensor<4x64x!mx.amxfp4>
  return
}

// -----

func.func @materialize(%q: tensor<4x64x!mx.amxfp4>, %e: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{'bufferization.materialize_in_destination' op touches 'tensor<4x64x!mx.amxfp4>'}}
  %0 = bufferization.materialize_in_destination %q in %e : (tensor<4x64x!mx.amxfp4>, tensor<4x64x!mx.amxfp4>) -> tensor<4x64x!mx.amxfp4>
  return
}

// -----

// A jump cannot carry several values for one.
// expected-error @+1 {{passes blocks to a successor block, expected structured control flow (scf)}}
func.func @branch(%q: tensor<4x64x!mx.amxfp4>) -> tensor<4x64x!mx.amxfp4> {
  // expected-error @+1 {{'cf.br' op touches 'tensor<4x64x!mx.amxfp4>'}}
  cf.br ^bb1(%q : tensor<4x64x!mx.amxfp4>)
^bb1(%r: tensor<4x64x!mx.amxfp4>):
  return %r : tensor<4x64x!mx.amxfp4>
}

// -----

func.func @select(%p: tensor<4x64xi1>, %q: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{chooses element by element, expected a scalar condition}}
  %0 = arith.select %p, %q, %q : tensor<4x64xi1>, tensor<4x64x!mx.amxfp4>
  return
}

// -----

// expected-error @+1 {{'func.func' op has type 'tensor<*x!mx.amxfp4>', expected blocks only as elements of a ranked tensor with at least one axis}}
func.func private @unranked(tensor<4x64x!mx.amxfp4>) -> tensor<*x!mx.amxfp4>

// -----

// A result counts as much as an operand.
func.func @unranked_result(%q: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{'tensor.cast' op has type 'tensor<*x!mx.amxfp4>'}}
  %0 = tensor.cast %q : tensor<4x64x!mx.amxfp4> to tensor<*x!mx.amxfp4>
  return
}

// -----

// expected-error @+1 {{'func.func' op has type 'tensor<!mx.amxfp4>', expected blocks only as elements of a ranked tensor with at least one axis}}
func.func private @rank_0(tensor<!mx.amxfp4>)

// -----

// expected-error @+1 {{'func.func' op has type 'tuple<tensor<4x!mx.amxfp4>>'}}
func.func private @tuple(tuple<tensor<4x!mx.amxfp4>>)

// -----

func.func private @callee(tensor<4x!mx.amxfp4>)
func.func @function_value() {
  // expected-error @+1 {{'func.constant' op has type '(tensor<4x!mx.amxfp4>) -> ()'}}
  %0 = func.constant @callee : (tensor<4x!mx.amxfp4>) -> ()
  return
}

// -----

// Parts come later.
func.func @parts(%c: tensor<4x32xi8>, %s: tensor<4x2x2xi8>, %x: tensor<4x64xf32>) {
  // expected-error @+1 {{works on parts, expected block tensors at stage block}}
  %0 = mx.dequantize_parts !mx.amxfp4 ins(%c, %s : tensor<4x32xi8>, tensor<4x2x2xi8>) outs(%x : tensor<4x64xf32>) -> tensor<4x64xf32>
  return
}
