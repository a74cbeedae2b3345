// The short form is printed exactly where a format has a name; both forms parse.
//
// RUN: mx-opt %s | FileCheck %s
// RUN: mx-opt %s | mx-opt | FileCheck %s
// RUN: mx-opt %s --emit-bytecode | mx-opt | FileCheck %s

// Each name, from the long form. Nothing of a name is left in long form.
// CHECK-LABEL: func private @named(
//  CHECK-SAME:     tensor<1x1x!mx.mxfp4>
//  CHECK-SAME:     tensor<1x2x!mx.mxfp8_e4m3>
//  CHECK-SAME:     tensor<1x3x!mx.mxint8>
//  CHECK-SAME:     tensor<1x4x!mx.mxint4>
//  CHECK-SAME:     tensor<1x5x!mx.amxfp4>
//  CHECK-SAME:     tensor<1x6x!mx.amxfp4_ue5m3>
//  CHECK-SAME:     tensor<1x7x!mx.amxfp4_e4m3>
//  CHECK-SAME:     tensor<1x8x!mx.amxfp4_pot>
//  CHECK-SAME:     tensor<1x9x!mx.nvfp4>
//  CHECK-SAME:     tensor<1x10x!mx.nvfp4_row>
//  CHECK-SAME:     tensor<1x11x!mx.nvfp4_ue5m3>
//  CHECK-SAME:     tensor<1x12x!mx.int4>
//  CHECK-SAME:     tensor<1x13x!mx.int4_affine>
//  CHECK-SAME:     tensor<1x14x!mx.mxfp6_e2m3>
//  CHECK-SAME:     tensor<1x15x!mx.mxfp6_e3m2>
//  CHECK-SAME:     tensor<1x16x!mx.mxfp8_e5m2>
//  CHECK-SAME:     tensor<1x17x!mx.amxfp4_fp16>
func.func private @named(
    tensor<1x1x!mx.block<f4E2M1FN x 32, f8E8M0FNU>>,
    tensor<1x2x!mx.block<f8E4M3FN x 32, f8E8M0FNU>>,
    tensor<1x3x!mx.block<i8 x 32, f8E8M0FNU>>,
    tensor<1x4x!mx.block<i4 x 32, f8E8M0FNU>>,
    tensor<1x5x!mx.block<f4E2M1FN x 32, f8E5M2, asymmetric>>,
    tensor<1x6x!mx.block<f4E2M1FN x 32, ue5m3, asymmetric>>,
    tensor<1x7x!mx.block<f4E2M1FN x 32, f8E4M3FN, asymmetric, row_scale>>,
    tensor<1x8x!mx.block<f4E2M1FN x 32, f8E8M0FNU, asymmetric>>,
    tensor<1x9x!mx.block<f4E2M1FN x 16, f8E4M3FN, tensor_scale>>,
    tensor<1x10x!mx.block<f4E2M1FN x 16, f8E4M3FN, row_scale>>,
    tensor<1x11x!mx.block<f4E2M1FN x 16, ue5m3>>,
    tensor<1x12x!mx.block<i4 x 32, f16>>,
    tensor<1x13x!mx.block<i4 x 32, f16, affine>>,
    tensor<1x14x!mx.block<f6E2M3FN x 32, f8E8M0FNU>>,
    tensor<1x15x!mx.block<f6E3M2FN x 32, f8E8M0FNU>>,
    tensor<1x16x!mx.block<f8E5M2 x 32, f8E8M0FNU>>,
    tensor<1x17x!mx.block<f4E2M1FN x 32, f16, asymmetric>>)

// The names parse, and mean what the long form does: one function type.
// CHECK-LABEL: func @both_forms(
//  CHECK-SAME:     %[[Q:.+]]: tensor<4x64x!mx.amxfp4_e4m3>) -> tensor<4x64x!mx.amxfp4_e4m3>
//       CHECK:   return %[[Q]] : tensor<4x64x!mx.amxfp4_e4m3>
func.func @both_forms(%q: tensor<4x64x!mx.amxfp4_e4m3>)
    -> tensor<4x64x!mx.block<f4E2M1FN x 32, f8E4M3FN, asymmetric, row_scale>> {
  return %q : tensor<4x64x!mx.amxfp4_e4m3>
}

// A format without a name stays in long form; each part of it is kept.
// CHECK-LABEL: func private @custom(
//  CHECK-SAME:     tensor<1x1x!mx.block<f4E2M1FN x 64, f8E5M2, asymmetric>>
//  CHECK-SAME:     tensor<1x2x!mx.block<f4E2M1FN x 8, f8E8M0FNU>>
//  CHECK-SAME:     tensor<1x3x!mx.block<f8E5M2 x 64, f8E8M0FNU>>
//  CHECK-SAME:     tensor<1x4x!mx.block<f8E4M3FN x 256, f16>>
//  CHECK-SAME:     tensor<1x5x!mx.block<i8 x 32, f16, affine>>
//  CHECK-SAME:     tensor<1x6x!mx.block<f6E2M3FN x 32, f16, asymmetric>>
//  CHECK-SAME:     tensor<1x7x!mx.block<f4E2M1FN x 16, ue5m3, asymmetric, tensor_scale>>
//  CHECK-SAME:     tensor<1x8x!mx.block<f6E3M2FN x 32, f8E5M2, row_scale>>
func.func private @custom(
    tensor<1x1x!mx.block<f4E2M1FN x 64, f8E5M2, asymmetric>>,
    tensor<1x2x!mx.block<f4E2M1FN x 8, f8E8M0FNU>>,
    tensor<1x3x!mx.block<f8E5M2 x 64, f8E8M0FNU>>,
    tensor<1x4x!mx.block<f8E4M3FN x 256, f16>>,
    tensor<1x5x!mx.block<i8 x 32, f16, affine>>,
    tensor<1x6x!mx.block<f6E2M3FN x 32, f16, asymmetric>>,
    tensor<1x7x!mx.block<f4E2M1FN x 16, ue5m3, asymmetric, tensor_scale>>,
    tensor<1x8x!mx.block<f6E3M2FN x 32, f8E5M2, row_scale>>)

// Spaces around the block size do not matter.
// CHECK-LABEL: func private @spaces(tensor<1x1x!mx.mxfp4>)
func.func private @spaces(tensor<1x1x!mx.block<f4E2M1FN x32,f8E8M0FNU>>)
