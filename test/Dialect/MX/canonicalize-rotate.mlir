// A rotation that moves nothing is its source, unless that is itself.
//
// RUN: mx-opt %s --canonicalize --allow-unregistered-dialect | FileCheck %s

// No whole group, or groups of one element without a sign.
// CHECK-LABEL: func @identities(
//  CHECK-SAME:     %[[X:.+]]: tensor<?x100xf16>, %[[M:.+]]: tensor<101x101xf32>
//  CHECK-NEXT:   return %[[X]], %[[X]], %[[X]]
func.func @identities(%x: tensor<?x100xf16>, %m: tensor<101x101xf32>) -> (tensor<?x100xf16>, tensor<?x100xf16>, tensor<?x100xf16>) {
  %0 = mx.rotate %x size(128) seed(1) : tensor<?x100xf16>
  %1 = mx.rotate %x by(%m : tensor<101x101xf32>) : tensor<?x100xf16>
  %2 = mx.rotate %x size(1) : tensor<?x100xf16>
  return %0, %1, %2 : tensor<?x100xf16>, tensor<?x100xf16>, tensor<?x100xf16>
}

// A K that only the run time knows, a group that fits, one element with a sign
// or a factor; twice the same matrix, which is the identity but for rounding.
// CHECK-LABEL: func @rotations(
//  CHECK-SAME:     %[[X:.+]]: tensor<2x64xf32>, %[[D:.+]]: tensor<2x?xf32>, %[[M:.+]]: tensor<1x1xf32>
//  CHECK-NEXT:   %[[A:.+]] = mx.rotate %[[D]] size(128)
//  CHECK-NEXT:   %[[B:.+]] = mx.rotate %[[X]] size(64)
//  CHECK-NEXT:   %[[C:.+]] = mx.rotate %[[B]] size(64)
//  CHECK-NEXT:   %[[E:.+]] = mx.rotate %[[X]] size(1) seed(0)
//  CHECK-NEXT:   %[[F:.+]] = mx.rotate %[[X]] by(%[[M]]
//  CHECK-NEXT:   return %[[A]], %[[C]], %[[E]], %[[F]]
func.func @rotations(%x: tensor<2x64xf32>, %d: tensor<2x?xf32>, %m: tensor<1x1xf32>)
    -> (tensor<2x?xf32>, tensor<2x64xf32>, tensor<2x64xf32>, tensor<2x64xf32>) {
  %0 = mx.rotate %d size(128) : tensor<2x?xf32>
  %1 = mx.rotate %x size(64) : tensor<2x64xf32>
  %2 = mx.rotate %1 size(64) : tensor<2x64xf32>
  %3 = mx.rotate %x size(1) seed(0) : tensor<2x64xf32>
  %4 = mx.rotate %x by(%m : tensor<1x1xf32>) : tensor<2x64xf32>
  return %0, %2, %3, %4 : tensor<2x?xf32>, tensor<2x64xf32>, tensor<2x64xf32>, tensor<2x64xf32>
}

// Where nothing dominates an op may be its own source, or two each other's.
// CHECK-LABEL: module @circles
//       CHECK:   "test.use"(%[[X:.+]]) :
//       CHECK:   %[[X]] = mx.rotate %[[X]] size(64)
//       CHECK:   "test.use"(%[[Y:.+]]) :
//       CHECK:   %[[Y]] = mx.rotate %[[Y]] size(64)
module @circles {
  "test.use"(%0) : (tensor<4x10xf32>) -> ()
  %0 = mx.rotate %0 size(64) : tensor<4x10xf32>
  "test.use"(%1) : (tensor<4x10xf32>) -> ()
  %1 = mx.rotate %2 size(64) : tensor<4x10xf32>
  %2 = mx.rotate %1 size(64) : tensor<4x10xf32>
}

// Where nothing dominates, the parts may be those of their own whole.
// CHECK-LABEL: module @circle
//       CHECK:   %[[P:.+]]:2 = mx.split %[[Q:.+]] : tensor<4x64x!mx.amxfp4>
//       CHECK:   %[[Q]] = mx.join %[[P]]#0, %[[P]]#1 :
module @circle {
  %p:2 = mx.split %q : tensor<4x64x!mx.amxfp4>
  %q = mx.join %p#0, %p#1 : (tensor<4x32xi8>, tensor<4x2x2xi8>) -> tensor<4x64x!mx.amxfp4>
  "test.use"(%p#0) : (tensor<4x32xi8>) -> ()
}
