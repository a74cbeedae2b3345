// A result is a buffer of its own, whatever it comes from: an argument, the
// same one twice, a constant, a slice. Codes are counted as i8: 0x98 is -104.
//
// RUN: rm -rf %t && mkdir %t
// DEFINE: %{npy} = %python %S/../Integration/Tools/Inputs/npy.py
// RUN: %{npy} write %t/x.npy '<u2' '(2,2)' 0x3f80 0xc000 0x4040 0x0000
// RUN: %{npy} write %t/c.npy '|i1' '(1,16)' 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 -15
// RUN: %{npy} write %t/s.npy '|i1' '(1,1,1)' 127
// RUN: mx-run %s --arg=@%t/x.npy --arg=@%t/c.npy --arg=@%t/s.npy --result=@%t/0.npy --result=@%t/1.npy \
// RUN:   --result=@%t/2.npy --result=@%t/3.npy --result=@%t/4.npy --result=@%t/5.npy --result=@%t/6.npy \
// RUN:   --result=@%t/7.npy
// RUN: %{npy} print %t/0.npy | FileCheck %s --check-prefix=X
// RUN: %{npy} print %t/1.npy | FileCheck %s --check-prefix=X
// RUN: %{npy} print %t/2.npy | FileCheck %s --check-prefix=ARGUMENT
// RUN: %{npy} print %t/3.npy | FileCheck %s --check-prefix=ONE
// RUN: %{npy} print %t/4.npy | FileCheck %s --check-prefix=CODES
// RUN: %{npy} print %t/5.npy | FileCheck %s --check-prefix=SCALES
// RUN: %{npy} print %t/6.npy | FileCheck %s --check-prefix=ROW
// RUN: %{npy} print %t/7.npy | FileCheck %s --check-prefix=HALF
// X: <u2 (2, 2) 16256 49152 16448 0
// ARGUMENT: |i1 (1, 16) 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 -15
// ONE: |i1 (1, 1, 1) 127
// CODES: |i1 (1, 16) 16 50 84 118 -104 -70 -36 -2 16 50 84 118 -104 -70 -36 -2
// SCALES: |i1 (1, 1, 1) 126
// ROW: <u2 (2,) 16448 0
// HALF: <f2 (1, 4) 0.0 0.25 0.5 0.75

func.func @main(%x: tensor<2x2xbf16>, %q: tensor<1x32x!mx.mxfp4>)
    -> (tensor<2x2xbf16>, tensor<2x2xbf16>, tensor<1x32x!mx.mxfp4>, tensor<1x32x!mx.mxfp4>, tensor<2xbf16>, tensor<1x4xf16>) {
  %w = mx.constant #mx.blocks<codes = c0, scales = s0> : tensor<1x32x!mx.mxfp4>
  %r = tensor.extract_slice %x[1, 0] [1, 2] [1, 1] : tensor<2x2xbf16> to tensor<2xbf16>
  %d = mx.dequantize %w : tensor<1x32x!mx.mxfp4> to tensor<1x32xf16>
  %h = tensor.extract_slice %d[0, 0] [1, 4] [1, 1] : tensor<1x32xf16> to tensor<1x4xf16>
  return %x, %x, %q, %w, %r, %h : tensor<2x2xbf16>, tensor<2x2xbf16>, tensor<1x32x!mx.mxfp4>, tensor<1x32x!mx.mxfp4>, tensor<2xbf16>, tensor<1x4xf16>
}

{-#
  dialect_resources: {
    builtin: {
      c0: "0x400000001032547698BADCFE1032547698BADCFE",
      s0: "0x400000007E"
    }
  }
#-}
