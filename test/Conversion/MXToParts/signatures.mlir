// Functions, calls and declarations take and give parts; attributes of
// arguments and results stay with their value, once for each part of it that is
// a tensor.
//
// RUN: mx-opt %s --convert-mx-to-parts --mx-verify-stage=stage=parts | FileCheck %s

// CHECK: func.func private @declared(tensor<?x?xi8> {llvm.noalias}, tensor<?x?x2xi8> {llvm.noalias}, index, f32 {test.scalar}) -> (tensor<4x32xi8> {test.result}, tensor<4x4x1xi8> {test.result}, tensor<4xf32> {test.result}, i32)
func.func private @declared(tensor<?x?x!mx.amxfp4> {llvm.noalias}, f32 {test.scalar})
    -> (tensor<4x64x!mx.nvfp4_row> {test.result}, i32)

// Values around a block tensor move; the attributes of each follow it.
// CHECK-LABEL: func.func @calls(
//  CHECK-SAME:     %[[S:[^:]+]]: f32 {test.first}, %[[C:[^:]+]]: tensor<?x?xi8> {bufferization.writable = false}, %[[D:[^:]+]]: tensor<?x?x2xi8> {bufferization.writable = false}, %[[K:[^:]+]]: index, %[[I:[^:]+]]: i32 {test.last})
//  CHECK-SAME:     -> (i32 {test.r0}, tensor<4x32xi8> {test.r1}, tensor<4x4x1xi8> {test.r1}, tensor<4xf32> {test.r1}, i32)
//  CHECK-SAME:     attributes {test.function}
//  CHECK-NEXT:   %[[R:.+]]:4 = call @declared(%[[C]], %[[D]], %[[K]], %[[S]])
//  CHECK-NEXT:   return %[[I]], %[[R]]#0, %[[R]]#1, %[[R]]#2, %[[R]]#3
func.func @calls(%s: f32 {test.first}, %q: tensor<?x?x!mx.amxfp4> {bufferization.writable = false}, %i: i32 {test.last})
    -> (i32 {test.r0}, tensor<4x64x!mx.nvfp4_row> {test.r1}, i32) attributes {test.function} {
  %r, %n = call @declared(%q, %s) : (tensor<?x?x!mx.amxfp4>, f32) -> (tensor<4x64x!mx.nvfp4_row>, i32)
  return %i, %r, %n : i32, tensor<4x64x!mx.nvfp4_row>, i32
}

// Parts of each kind of format: symmetric, asymmetric and affine; codes of 4 and
// 8 bits; scales of one and two bytes; a short last block; one axis.
// CHECK: func.func private @formats(
// CHECK-SAME: tensor<2x16xi8>, tensor<2x1x1xi8>,
// CHECK-SAME: tensor<2x48xi8>, tensor<2x3x2xi8>,
// CHECK-SAME: tensor<2x16xi8>, tensor<2x1x4xi8>,
// CHECK-SAME: tensor<2x32xi8>, tensor<2x1x2xi8>,
// CHECK-SAME: tensor<2x64xi8>, tensor<2x2x1xi8>,
// CHECK-SAME: tensor<8xi8>, tensor<1x1xi8>, tensor<f32>,
// CHECK-SAME: tensor<16xi8>, tensor<1x2xi8>, tensor<f32>)
func.func private @formats(
    tensor<2x32x!mx.mxfp4>,
    tensor<2x65x!mx.amxfp4>,
    tensor<2x7x!mx.int4_affine>,
    tensor<2x64x!mx.block<i4 x 64, f16>>,
    tensor<2x33x!mx.mxint8>,
    tensor<16x!mx.nvfp4>,
    tensor<9x!mx.amxfp4_e4m3>)

// A function without blocks is left alone, attributes and all.
// CHECK: func.func private @floats(tensor<4xf32> {llvm.noalias}) -> (f32 {test.r})
func.func private @floats(tensor<4xf32> {llvm.noalias}) -> (f32 {test.r})
