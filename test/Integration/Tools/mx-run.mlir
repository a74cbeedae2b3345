// Runs files of each kind, and passes each type in and out.

// RUN: rm -rf %t && mkdir %t

// The product of two files, in a file; the expected numbers are exact.
// RUN: %python %S/Inputs/npy.py write %t/a.npy '<f4' '(2,3)' 1 2 3 4 5 6
// RUN: %python %S/Inputs/npy.py write %t/b.npy '<f4' '(3,2)' 1 0 0 1 1 1
// RUN: mx-run %s --arg=@%t/a.npy --arg=@%t/b.npy --result=@%t/y.npy | FileCheck %s --check-prefix=TEXT
// RUN: %python %S/Inputs/npy.py print %t/y.npy | FileCheck %s --check-prefix=PRODUCT
// TEXT: entry @main, pipeline 'mx-reference'
// TEXT-NEXT: result 0: 2x2xf32
// TEXT-NEXT: compiled in {{.+}} s
// PRODUCT: <f4 (2, 2) 4.0 5.0 10.0 11.0

// The same from standard input, from bytecode, and from the LLVM dialect.
// RUN: cat %s | mx-run - --arg=@%t/a.npy --arg=@%t/b.npy --result=@%t/y1.npy
// RUN: cmp %t/y.npy %t/y1.npy
// RUN: mx-opt %s --emit-bytecode -o %t/f.mlirbc
// RUN: mx-run %t/f.mlirbc --arg=@%t/a.npy --arg=@%t/b.npy --result=@%t/y2.npy
// RUN: cmp %t/y.npy %t/y2.npy
// RUN: mx-opt %s --mx-float-to-llvm -o %t/llvm.mlir
// RUN: mx-run %t/llvm.mlir --arg=@%t/a.npy --arg=@%t/b.npy --result=@%t/y3.npy | FileCheck %s --check-prefix=LOWERED
// RUN: cmp %t/y.npy %t/y3.npy
// LOWERED: entry @main, pipeline ''

func.func @main(%a: tensor<2x3xf32>, %b: tensor<3x2xf32>) -> tensor<2x2xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x2xf32>
  %c = linalg.fill ins(%zero : f32) outs(%e : tensor<2x2xf32>) -> tensor<2x2xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x3xf32>, tensor<3x2xf32>)
                     outs(%c : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// Several results of every kind: dynamic extents, scalars, rank 0, no elements.
// RUN: %python %S/Inputs/npy.py write %t/bf16.npy '<u2' '(2,1)' 0x3f80 0xc000
// RUN: %python %S/Inputs/npy.py write %t/f32.npy '<f4' '()' 0.5
// RUN: %python %S/Inputs/npy.py write %t/index.npy '<i8' '()' -3
// RUN: %python %S/Inputs/npy.py write %t/i1.npy '|b1' '()' True
// RUN: %python %S/Inputs/npy.py write %t/f64.npy '<f8' '()' 0.25
// RUN: mx-run %s --entry=every_kind --arg=@%t/bf16.npy --arg=@%t/f32.npy --arg=@%t/index.npy \
// RUN:   --arg=@%t/i1.npy --arg=@%t/f64.npy --result=@%t/0.npy --result=@%t/1.npy --result=@%t/2.npy \
// RUN:   --result=@%t/3.npy --result=@%t/4.npy --result=@%t/5.npy --json | FileCheck %s --check-prefix=JSON
// RUN: %python %S/Inputs/npy.py print %t/0.npy | FileCheck %s --check-prefix=R0
// RUN: %python %S/Inputs/npy.py print %t/1.npy | FileCheck %s --check-prefix=R1
// RUN: %python %S/Inputs/npy.py print %t/2.npy | FileCheck %s --check-prefix=R2
// RUN: %python %S/Inputs/npy.py print %t/3.npy | FileCheck %s --check-prefix=R3
// RUN: %python %S/Inputs/npy.py print %t/4.npy | FileCheck %s --check-prefix=R4
// RUN: %python %S/Inputs/npy.py print %t/5.npy | FileCheck %s --check-prefix=R5
// JSON: "entry": "every_kind"
// JSON: "max_error": null
// JSON: "ok": null
// R0: <u2 (2, 1) 16256 49152
// R1: <f4 () 0.5
// R2: <i8 () -3
// R3: |b1 () True
// R4: <f8 () 0.25
// R5: |i1 (0, 4){{$}}
func.func @every_kind(%a: tensor<?x1xbf16>, %s: f32, %i: index, %b: i1, %z: tensor<f64>)
    -> (tensor<?x1xbf16>, f32, index, i1, tensor<f64>, tensor<0x4xi8>) {
  %e = tensor.empty() : tensor<0x4xi8>
  return %a, %s, %i, %b, %z, %e : tensor<?x1xbf16>, f32, index, i1, tensor<f64>, tensor<0x4xi8>
}

// One scalar comes back by value; bytes may be written as uint8.
// RUN: %python %S/Inputs/npy.py write %t/u8.npy '|u1' '(2,)' 255 1
// RUN: mx-run %s --entry=first --arg=@%t/u8.npy --result=@%t/first.npy
// RUN: %python %S/Inputs/npy.py print %t/first.npy | FileCheck %s --check-prefix=FIRST
// FIRST: |i1 () -1
func.func @first(%a: tensor<2xi8>) -> i8 {
  %zero = arith.constant 0 : index
  %x = tensor.extract %a[%zero] : tensor<2xi8>
  return %x : i8
}

// A function that writes into its argument's buffer gets the argument anew in
// every call: the sum does not grow.
// RUN: mx-run %s --entry=accumulate --arg=4xf32=uniform:1 --bench=3 --result=@%t/s.npy --against=float --json | FileCheck %s --check-prefix=BENCH
// BENCH: "ok": true
// BENCH: "run_ms": {{[0-9]}}
func.func @accumulate(%a: tensor<4xf32>) -> tensor<4xf32> {
  %y = linalg.add ins(%a, %a : tensor<4xf32>, tensor<4xf32>) outs(%a : tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// RUN: mx-run %s --entry=nothing | FileCheck %s --check-prefix=NOTHING
// NOTHING: entry @nothing
func.func @nothing() {
  return
}

// Assembly needs no arguments.
// RUN: mx-run %s --dump-asm | FileCheck %s --check-prefix=ASM
// ASM: _mlir_ciface_main:

// RUN: mx-run --help | FileCheck %s --check-prefix=HELP
// HELP: SplitMix64
// HELP: --against
