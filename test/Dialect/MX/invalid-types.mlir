// Types that cannot be read, or that no format library could mean.
//
// RUN: mx-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{unknown mx type 'amxfp5', expected block<...> or one of mxfp4, mxfp6_e2m3, mxfp6_e3m2, mxfp8_e4m3, mxfp8_e5m2, mxint8, mxint4, amxfp4,}}
func.func private @name(tensor<4x!mx.amxfp5>)

// -----

// expected-error @+1 {{unknown element 'f6E2M3', expected one of f4E2M1FN, f6E2M3FN, f6E3M2FN, f8E4M3FN, f8E5M2, i4, i8}}
func.func private @element(tensor<4x!mx.block<f6E2M3 x 32, f8E8M0FNU>>)

// -----

// expected-error @+1 {{unknown scale 'f32', expected one of f8E8M0FNU, f8E5M2, f8E4M3FN, ue5m3, f16}}
func.func private @scale(tensor<4x!mx.block<f4E2M1FN x 32, f32>>)

// -----

// expected-error @+1 {{unknown property 'signed', expected one of asymmetric, affine, tensor_scale, row_scale}}
func.func private @property(tensor<4x!mx.block<f4E2M1FN x 32, f8E5M2, signed>>)

// -----

// expected-error @+1 {{expected at most one scheme, then at most one outer scale}}
func.func private @two_schemes(tensor<4x!mx.block<f4E2M1FN x 32, f8E5M2, asymmetric, affine>>)

// -----

// expected-error @+1 {{expected at most one scheme, then at most one outer scale}}
func.func private @two_outer_scales(tensor<4x!mx.block<f4E2M1FN x 32, f8E5M2, tensor_scale, row_scale>>)

// -----

// expected-error @+1 {{expected at most one scheme, then at most one outer scale}}
func.func private @order(tensor<4x!mx.block<f4E2M1FN x 32, f8E5M2, row_scale, asymmetric>>)

// -----

// expected-error @+1 {{expected '<'}}
func.func private @no_parameters(tensor<4x!mx.block>)

// -----

// expected-error @+1 {{expected 'x' in dimension list}}
func.func private @no_size(tensor<4x!mx.block<f4E2M1FN, f8E8M0FNU>>)

// -----

// expected-error @+1 {{expected ','}}
func.func private @no_scale(tensor<4x!mx.block<f4E2M1FN x 32>>)

// -----

// expected-error @+1 {{expected '>'}}
func.func private @open(tensor<4x!mx.block<f4E2M1FN x 32, f8E8M0FNU asymmetric>>)

// -----

// expected-error @+1 {{integer value too large}}
func.func private @huge(tensor<4x!mx.block<f4E2M1FN x 4294967328, f8E8M0FNU>>)

// -----

// expected-error @+1 {{block size is 24, expected a power of two from 8 to 256}}
func.func private @size(tensor<4x!mx.block<f4E2M1FN x 24, f8E8M0FNU>>)

// -----

// expected-error @+1 {{block size is 4, expected a power of two from 8 to 256}}
func.func private @small(tensor<4x!mx.block<f4E2M1FN x 4, f8E8M0FNU>>)

// -----

// expected-error @+1 {{block size is 512, expected a power of two from 8 to 256}}
func.func private @large(tensor<4x!mx.block<f4E2M1FN x 512, f8E8M0FNU>>)

// -----

// An integer has no sign bit that could choose a scale.
// expected-error @+1 {{asymmetric blocks need float elements, found i4}}
func.func private @asymmetric_integer(tensor<4x!mx.block<i4 x 32, f8E5M2, asymmetric>>)

// -----

// expected-error @+1 {{affine blocks need integer elements, found f4E2M1FN}}
func.func private @affine_float(tensor<4x!mx.block<f4E2M1FN x 32, f16, affine>>)

// -----

// expected-error @+1 {{affine blocks need f16 scales, found f8E5M2}}
func.func private @affine_scale(tensor<4x!mx.block<i4 x 32, f8E5M2, affine>>)

// -----

// expected-error @+1 {{affine blocks have no outer scale, found one}}
func.func private @affine_outer(tensor<4x!mx.block<i4 x 32, f16, affine, row_scale>>)

// -----

// Powers of two have the range of f32 and leave nothing to an outer scale.
// expected-error @+1 {{an outer scale needs block scales of type f8E5M2, f8E4M3FN or ue5m3, found f8E8M0FNU}}
func.func private @outer_e8m0(tensor<4x!mx.block<f4E2M1FN x 32, f8E8M0FNU, tensor_scale>>)

// -----

// expected-error @+1 {{an outer scale needs block scales of type f8E5M2, f8E4M3FN or ue5m3, found f16}}
func.func private @outer_f16(tensor<4x!mx.block<i4 x 32, f16, row_scale>>)

// -----

// No memory holds blocks,
// expected-error @+1 {{invalid memref element type}}
func.func private @memref(memref<4x!mx.amxfp4>)

// -----

// nor does a register.
// expected-error @+1 {{failed to verify 'elementType': VectorElementTypeInterface instance}}
func.func private @vector(vector<4x!mx.amxfp4>)
