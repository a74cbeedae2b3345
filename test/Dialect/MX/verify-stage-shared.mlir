// What cannot be split later is refused here, at the op and with the reason.
// RUN: mx-opt %s --mx-verify-stage --split-input-file --verify-diagnostics --allow-unregistered-dialect

func.func @dynamic_k(%q: tensor<4x?x!mx.amxfp4>) -> tensor<4x?x!mx.amxfp4> {
  // expected-error @+1 {{has an output of dynamic K, 'tensor<4x?x!mx.amxfp4>', expected a static last axis}}
  %0 = scf.forall (%i) in (4) shared_outs(%o = %q) -> tensor<4x?x!mx.amxfp4> {
    scf.forall.in_parallel {
    }
  }
  return %0 : tensor<4x?x!mx.amxfp4>
}

// -----

func.func @one_outer_scale(%q: tensor<4x64x!mx.nvfp4>) -> tensor<4x64x!mx.nvfp4> {
  // expected-error @+1 {{has an output with one outer scale, 'tensor<4x64x!mx.nvfp4>', expected none or one a row}}
  %0 = scf.forall (%i) in (4) shared_outs(%o = %q) -> tensor<4x64x!mx.nvfp4> {
    scf.forall.in_parallel {
    }
  }
  return %0 : tensor<4x64x!mx.nvfp4>
}

// -----

func.func @run_time_axis(%q: tensor<4x64x!mx.amxfp4>, %i: index) -> index {
  // expected-error @+1 {{asks for a run-time axis of 'tensor<4x64x!mx.amxfp4>', expected a constant}}
  %0 = tensor.dim %q, %i : tensor<4x64x!mx.amxfp4>
  return %0 : index
}

// -----

func.func @execute_region(%q: tensor<4x64x!mx.amxfp4>) -> tensor<4x64x!mx.amxfp4> {
  // expected-error @+1 {{gives blocks out of a region, expected its body in the place of the op}}
  %0 = scf.execute_region -> tensor<4x64x!mx.amxfp4> {
    scf.yield %q : tensor<4x64x!mx.amxfp4>
  }
  return %0 : tensor<4x64x!mx.amxfp4>
}

// -----

func.func @unregistered(%q: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{touches 'tensor<4x64x!mx.amxfp4>', which only ops that keep blocks whole may do}}
  "foo.bar"(%q) : (tensor<4x64x!mx.amxfp4>) -> ()
  return
}
