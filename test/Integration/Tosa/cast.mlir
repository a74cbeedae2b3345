// cast_to_block_scaled and back, worked by hand from the specification. The scale
// is the least power of two with which the block's largest magnitude, rounded,
// is in the type's range; 2^-127 (code 0) where the block is zero; NaN (code 255,
// printed as -1) where it holds a NaN or an infinity. A row is a block of these
// four numbers less those of the second argument, and of zeros.
//
// RUN: rm -rf %t && split-file %s %t
// DEFINE: %{npy} = %python %S/../Tools/Inputs/npy.py
// DEFINE: %{run} = mx-run --pipeline=mx-quantize,mx-reference --arg=@%t/x.npy --result=@%t/y.npy --result=@%t/s.npy

// E2M1. 7 is as near to 6 as to 8, whose code would be the even one, so it needs
// scale 2, and then 3.5 is as near to 3 (code 5) as to 4 (code 6). The float
// below 7 fits scale 1. Infinity less infinity is NaN. The largest of the row of
// 1.5 * 2^127 is 6 at scale 2^125. Largest floats round up to 4 * 2^126, which f32
// does not hold. Below 2^-127 there is no scale: 2^-127 and 2^-149 are 1 and 2^-22
// there.
// RUN: %{npy} write %t/x.npy '<f4' '(8,4)' 7 1 -1 0.5  6.9999995 -0.25 0.75 -6  0.0 -0.0 0.0 -0.0 \
// RUN:   1 2 1e999 3  1 -1e999 2 3  2.5521177519070385e38 1e38 0 0  3.4028234663852886e38 0 0 1 \
// RUN:   5.877471754111438e-39 1e-45 -2.938735877055719e-39 0
// RUN: %{npy} write %t/less.npy '<f4' '(8,4)' 0 0 0 0  0 0 0 0  0 0 0 0  0 0 1e999 0  0 0 0 0  0 0 0 0  0 0 0 0  0 0 0 0
// RUN: %{run} %t/e2m1.mlir --arg=@%t/less.npy
// RUN: %{npy} print %t/y.npy | FileCheck %s --check-prefix=E2M1
// RUN: %{npy} print %t/s.npy | FileCheck %s --check-prefix=E2M1-SCALES
// E2M1: <f4 (8, 4) 8.0 1.0 -1.0 0.0 6.0 -0.0 1.0 -6.0 0.0 -0.0 0.0 -0.0
// E2M1-SAME: {{^ }}nan nan nan nan nan nan nan nan 2.5521177519070385e+38 8.507059173023462e+37 0.0 0.0
// E2M1-SAME: {{^ }}inf 0.0 0.0 0.0 5.877471754111438e-39 0.0 -2.938735877055719e-39 0.0{{$}}
// E2M1-SCALES: |i1 (8, 1, 1) -128 127 0 -1 -1 -4 -3 0{{$}}

// E4M3. 464 is as near to 448, whose code is even, as to 480: it fits scale 1, and
// the next float does not: at scale 2 it is 232, which is above the middle of 224
// and 240. The codes beside 0.3 are 0.28125 and 0.3125.
// RUN: %{npy} write %t/x.npy '<f4' '(2,4)' 464 1 -16 0.3  464.00003 1 -16 0.3
// RUN: %{run} %t/e4m3.mlir --arg=2x4xf32=zeros
// RUN: %{npy} print %t/y.npy | FileCheck %s --check-prefix=E4M3
// RUN: %{npy} print %t/s.npy | FileCheck %s --check-prefix=E4M3-SCALES
// E4M3: <f4 (2, 4) 448.0 1.0 -16.0 0.3125 480.0 1.0 -16.0 0.3125{{$}}
// E4M3-SCALES: |i1 (2, 1, 1) 127 -128{{$}}

// MXINT8, in units of 1/64. 127.5 needs scale 2, where it is 63.75; the float
// below it is 127 at scale 1. Of 0.5, 1.5 and -64.5 the even neighbours are taken.
// RUN: %{npy} write %t/x.npy '<f4' '(2,4)' 1.9921875 1 -1 0  1.9921874 0.0078125 0.0234375 -1.0078125
// RUN: %{run} %t/mxint8.mlir --arg=2x4xf32=zeros
// RUN: %{npy} print %t/y.npy | FileCheck %s --check-prefix=INT8
// RUN: %{npy} print %t/s.npy | FileCheck %s --check-prefix=INT8-SCALES
// INT8: <f4 (2, 4) 2.0 1.0 -1.0 0.0 1.984375 0.0 0.03125 -1.0{{$}}
// INT8-SCALES: |i1 (2, 1, 1) -128 127{{$}}

//--- e2m1.mlir
func.func @main(%in: tensor<8x4xf32>, %less: tensor<8x4xf32>) -> (tensor<8x4xf32>, tensor<8x1xf8E8M0FNU>) {
  %v = tosa.sub %in, %less : (tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<8x4xf32>
  %zeros = "tosa.const"() <{values = dense<0.0> : tensor<8x28xf32>}> : () -> tensor<8x28xf32>
  %x = tosa.concat %v, %zeros {axis = 1 : i32} : (tensor<8x4xf32>, tensor<8x28xf32>) -> tensor<8x32xf32>
  %c, %s = tosa.cast_to_block_scaled %x {block_size = BLOCK_SIZE_32} : (tensor<8x32xf32>) -> (tensor<8x32xf4E2M1FN>, tensor<8x1xf8E8M0FNU>)
  %y = tosa.cast_from_block_scaled %c, %s {block_size = BLOCK_SIZE_32} : (tensor<8x32xf4E2M1FN>, tensor<8x1xf8E8M0FNU>) -> tensor<8x32xf32>
  %start = tosa.const_shape {values = dense<[0, 0]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %size = tosa.const_shape {values = dense<[8, 4]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %first = tosa.slice %y, %start, %size : (tensor<8x32xf32>, !tosa.shape<2>, !tosa.shape<2>) -> tensor<8x4xf32>
  return %first, %s : tensor<8x4xf32>, tensor<8x1xf8E8M0FNU>
}

//--- e4m3.mlir
func.func @main(%in: tensor<2x4xf32>, %less: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2x1xf8E8M0FNU>) {
  %v = tosa.sub %in, %less : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %zeros = "tosa.const"() <{values = dense<0.0> : tensor<2x28xf32>}> : () -> tensor<2x28xf32>
  %x = tosa.concat %v, %zeros {axis = 1 : i32} : (tensor<2x4xf32>, tensor<2x28xf32>) -> tensor<2x32xf32>
  %c, %s = tosa.cast_to_block_scaled %x {block_size = BLOCK_SIZE_32} : (tensor<2x32xf32>) -> (tensor<2x32xf8E4M3FN>, tensor<2x1xf8E8M0FNU>)
  %y = tosa.cast_from_block_scaled %c, %s {block_size = BLOCK_SIZE_32} : (tensor<2x32xf8E4M3FN>, tensor<2x1xf8E8M0FNU>) -> tensor<2x32xf32>
  %start = tosa.const_shape {values = dense<[0, 0]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %size = tosa.const_shape {values = dense<[2, 4]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %first = tosa.slice %y, %start, %size : (tensor<2x32xf32>, !tosa.shape<2>, !tosa.shape<2>) -> tensor<2x4xf32>
  return %first, %s : tensor<2x4xf32>, tensor<2x1xf8E8M0FNU>
}

//--- mxint8.mlir
func.func @main(%in: tensor<2x4xf32>, %less: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2x1xf8E8M0FNU>) {
  %v = tosa.sub %in, %less : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %zeros = "tosa.const"() <{values = dense<0.0> : tensor<2x28xf32>}> : () -> tensor<2x28xf32>
  %x = tosa.concat %v, %zeros {axis = 1 : i32} : (tensor<2x4xf32>, tensor<2x28xf32>) -> tensor<2x32xf32>
  %c, %s = tosa.cast_to_block_scaled %x {block_size = BLOCK_SIZE_32} : (tensor<2x32xf32>) -> (tensor<2x32x!tosa.mxint8>, tensor<2x1xf8E8M0FNU>)
  %y = tosa.cast_from_block_scaled %c, %s {block_size = BLOCK_SIZE_32} : (tensor<2x32x!tosa.mxint8>, tensor<2x1xf8E8M0FNU>) -> tensor<2x32xf32>
  %start = tosa.const_shape {values = dense<[0, 0]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %size = tosa.const_shape {values = dense<[2, 4]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %first = tosa.slice %y, %start, %size : (tensor<2x32xf32>, !tosa.shape<2>, !tosa.shape<2>) -> tensor<2x4xf32>
  return %first, %s : tensor<2x4xf32>, tensor<2x1xf8E8M0FNU>
}
