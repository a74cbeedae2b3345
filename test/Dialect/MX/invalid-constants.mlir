// A constant without its bytes is an error where it stands.
//
// RUN: mx-opt %s --split-input-file --verify-diagnostics

// mx.constant (C1): nobody brought the codes,
func.func @missing() {
  // expected-error @+1 {{codes: resource 'c0' is missing, expected 16 bytes}}
  %0 = mx.constant #mx.blocks<codes = c0, scales = s0> : tensor<1x32x!mx.mxfp4>
  return
}
{-# dialect_resources: { builtin: { s0: "0x400000007F" } } #-}

// -----

// a printer left them out,
func.func @elided() {
  // expected-error @+1 {{scales: resource '__elided__' is missing, expected 1 bytes}}
  %0 = mx.constant #mx.blocks<codes = c1, scales = __elided__> : tensor<1x32x!mx.mxfp4>
  return
}
{-# dialect_resources: { builtin: { c1: "0x400000001032547698BADCFE1032547698BADCFE" } } #-}

// -----

// they are too few (the 33rd element needs a block of its own),
func.func @short() {
  // expected-error @+1 {{codes: resource 'c2' has 16 bytes, expected 32}}
  %0 = mx.constant #mx.blocks<codes = c2, scales = s2> : tensor<1x33x!mx.mxfp4>
  return
}
{-# dialect_resources: { builtin: { c2: "0x400000001032547698BADCFE1032547698BADCFE", s2: "0x400000007F7F" } } #-}

// -----

// or too many,
func.func @long() {
  // expected-error @+1 {{scales: resource 's3' has 2 bytes, expected 1}}
  %0 = mx.constant #mx.blocks<codes = c3, scales = s3> : tensor<1x32x!mx.mxfp4>
  return
}
{-# dialect_resources: { builtin: { c3: "0x400000001032547698BADCFE1032547698BADCFE", s3: "0x400000007F7F" } } #-}

// -----

// or those of a tensor scale where each row has one.
func.func @outer() {
  // expected-error @+1 {{outer: resource 'o4' has 4 bytes, expected 8}}
  %0 = mx.constant #mx.blocks<codes = c4, scales = s4, outer = o4> : tensor<2x16x!mx.nvfp4_row>
  return
}
{-# dialect_resources: { builtin: { c4: "0x400000001032547698BADCFE1032547698BADCFE", s4: "0x400000003838", o4: "0x400000000000803F" } } #-}

// -----

func.func @float_type() {
  // expected-error @+1 {{expected the static block tensor type of the constant after it}}
  %0 = mx.constant #mx.blocks<codes = c5, scales = s5> : tensor<1x32xf32>
  return
}

// -----

func.func @dynamic_type() {
  // expected-error @+1 {{expected the static block tensor type of the constant after it}}
  %0 = mx.constant #mx.blocks<codes = c6, scales = s6> : tensor<?x32x!mx.mxfp4>
  return
}

// -----

func.func @no_axis() {
  // expected-error @+1 {{expected the static block tensor type of the constant after it}}
  %0 = mx.constant #mx.blocks<codes = c7, scales = s7> : tensor<!mx.mxfp4>
  return
}

// -----

func.func @no_type() {
  // expected-error @+1 {{expected the static block tensor type of the constant after it}}
  %0 = mx.constant #mx.blocks<codes = c8, scales = s8>
  return
}

// -----

func.func @no_outer() {
  // expected-error @+1 {{expected ','}}
  %0 = mx.constant #mx.blocks<codes = c9, scales = s9> : tensor<2x16x!mx.nvfp4_row>
  return
}

// -----

func.func @needless_outer() {
  // expected-error @+1 {{expected '>'}}
  %0 = mx.constant #mx.blocks<codes = c10, scales = s10, outer = o10> : tensor<2x32x!mx.mxfp4>
  return
}

// -----

func.func @order() {
  // expected-error @+1 {{expected 'codes'}}
  %0 = mx.constant #mx.blocks<scales = s11, codes = c11> : tensor<2x32x!mx.mxfp4>
  return
}

// -----

func.func @other_attribute() {
  // expected-error @+1 {{invalid kind of attribute specified}}
  %0 = mx.constant dense<1.0> : tensor<4xf32>
  return
}
