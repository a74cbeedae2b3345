// Run-time slices of the blocked axis whose form proves that no block is cut,
// and those next to them that prove nothing.
//
// RUN: mx-opt %s --mx-verify-stage --split-input-file --verify-diagnostics

#apply = affine_map<(d0) -> (d0 * 64)>
#rest = affine_map<(d0) -> (-d0 + 80, 32)>
#rest_of_apply = affine_map<(d0) -> (d0 * -64 + 80, 64)>

func.func @tiles(%q: tensor<4x80x!mx.amxfp4>) {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %c80 = arith.constant 80 : index
  scf.for %k = %c0 to %c80 step %c32 {
    %s = affine.min #rest(%k)
    %t = tensor.extract_slice %q[0, %k] [4, %s] [1, 1] : tensor<4x80x!mx.amxfp4> to tensor<4x?x!mx.amxfp4>
  }
  scf.forall (%i) in (2) {
    %k = affine.apply #apply(%i)
    %s = affine.min #rest_of_apply(%i)
    %t = tensor.extract_slice %q[0, %k] [4, %s] [1, 1] : tensor<4x80x!mx.amxfp4> to tensor<4x?x!mx.amxfp4>
  }
  return
}

// -----

#longer = affine_map<(d0) -> (-d0 + 81, 32)>
#shorter = affine_map<(d0) -> (-d0 + 80, 24)>
#odd = affine_map<(d0) -> (d0 * 48)>

func.func @cuts(%q: tensor<4x80x!mx.amxfp4>, %from: index, %step: index) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c32 = arith.constant 32 : index
  %c80 = arith.constant 80 : index
  scf.for %k = %c0 to %c80 step %c32 {
    %s = affine.min #longer(%k)
    // expected-error @+1 {{slices the blocked axis at a run-time offset or size}}
    %t = tensor.extract_slice %q[0, %k] [4, %s] [1, 1] : tensor<4x80x!mx.amxfp4> to tensor<4x?x!mx.amxfp4>
    %r = affine.min #shorter(%k)
    // expected-error @+1 {{slices the blocked axis at a run-time offset or size}}
    %u = tensor.extract_slice %q[0, %k] [4, %r] [1, 1] : tensor<4x80x!mx.amxfp4> to tensor<4x?x!mx.amxfp4>
  }
  scf.for %k = %c16 to %c80 step %c32 {
    // expected-error @+1 {{slices the blocked axis at a run-time offset or size}}
    %t = tensor.extract_slice %q[0, %k] [4, 32] [1, 1] : tensor<4x80x!mx.amxfp4> to tensor<4x32x!mx.amxfp4>
  }
  scf.for %k = %c0 to %c80 step %c16 {
    // expected-error @+1 {{slices the blocked axis at a run-time offset or size}}
    %t = tensor.extract_slice %q[0, %k] [4, 32] [1, 1] : tensor<4x80x!mx.amxfp4> to tensor<4x32x!mx.amxfp4>
  }
  scf.for %k = %c0 to %c80 step %step {
    // expected-error @+1 {{slices the blocked axis at a run-time offset or size}}
    %t = tensor.extract_slice %q[0, %k] [4, 32] [1, 1] : tensor<4x80x!mx.amxfp4> to tensor<4x32x!mx.amxfp4>
  }
  scf.forall (%i) in (2) {
    %k = affine.apply #odd(%i)
    // expected-error @+1 {{slices the blocked axis at a run-time offset or size}}
    %t = tensor.extract_slice %q[0, %k] [4, 32] [1, 1] : tensor<4x80x!mx.amxfp4> to tensor<4x32x!mx.amxfp4>
  }
  return
}
