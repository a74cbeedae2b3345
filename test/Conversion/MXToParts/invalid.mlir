// An op that blocks cannot go through is an error at the op, not later.
//
// RUN: mx-opt %s --convert-mx-to-parts --split-input-file --verify-diagnostics

func.func @unknown(%q: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{failed to legalize operation 'tensor.concat'}}
  %0 = tensor.concat dim(0) %q, %q : (tensor<4x64x!mx.amxfp4>, tensor<4x64x!mx.amxfp4>) -> tensor<8x64x!mx.amxfp4>
  return
}

// -----

func.func @expand_k(%q: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{failed to legalize operation 'tensor.expand_shape'}}
  %0 = tensor.expand_shape %q [[0], [1, 2]] output_shape [4, 2, 32] : tensor<4x64x!mx.amxfp4> into tensor<4x2x32x!mx.amxfp4>
  return
}

// -----

func.func @dim_unknown(%q: tensor<4x64x!mx.amxfp4>, %i: index) -> index {
  // expected-error @+1 {{failed to legalize operation 'tensor.dim'}}
  %0 = tensor.dim %q, %i : tensor<4x64x!mx.amxfp4>
  return %0 : index
}

// -----

func.func @dim_out_of_range(%q: tensor<4x64x!mx.amxfp4>) -> index {
  %c5 = arith.constant 5 : index
  // expected-error @+1 {{failed to legalize operation 'tensor.dim'}}
  %0 = tensor.dim %q, %c5 : tensor<4x64x!mx.amxfp4>
  return %0 : index
}

// -----

// No thread of a parallel loop may set what all of them share.
func.func @forall_tensor_scale(%t: tensor<1x64x!mx.nvfp4>, %q: tensor<4x64x!mx.nvfp4>) -> tensor<4x64x!mx.nvfp4> {
  %0 = scf.forall (%i) in (4) shared_outs(%o = %q) -> tensor<4x64x!mx.nvfp4> {
    scf.forall.in_parallel {
      // expected-error @+1 {{failed to legalize operation 'tensor.parallel_insert_slice'}}
      tensor.parallel_insert_slice %t into %o[%i, 0] [1, 64] [1, 1] : tensor<1x64x!mx.nvfp4> into tensor<4x64x!mx.nvfp4>
    }
  }
  return %0 : tensor<4x64x!mx.nvfp4>
}

// -----

// An index cannot be a shared output.
func.func @forall_dynamic_k(%t: tensor<1x?x!mx.amxfp4>, %q: tensor<4x?x!mx.amxfp4>) -> tensor<4x?x!mx.amxfp4> {
  // expected-error @+1 {{failed to legalize operation 'scf.forall'}}
  %0 = scf.forall (%i) in (4) shared_outs(%o = %q) -> tensor<4x?x!mx.amxfp4> {
    scf.forall.in_parallel {
    }
  }
  return %0 : tensor<4x?x!mx.amxfp4>
}

// -----

func.func @no_axis(%q: tensor<1x!mx.amxfp4>) {
  // expected-error @+1 {{failed to legalize operation 'tensor.extract_slice'}}
  %0 = tensor.extract_slice %q[0] [1] [1] : tensor<1x!mx.amxfp4> to tensor<!mx.amxfp4>
  return
}
