// Bad input of every kind: exit status 2 and one line, with its place where it
// has one (Inputs/refuses.py checks both).

// RUN: rm -rf %t && mkdir %t

// Command line.
// RUN: %python %S/Inputs/refuses.py mx-run | FileCheck %s --check-prefix=NOFILE
// NOFILE: error: Not enough positional command line arguments
// RUN: %python %S/Inputs/refuses.py mx-run %s --nope | FileCheck %s --check-prefix=FLAG
// FLAG: error: Unknown command line argument '--nope'
// RUN: %python %S/Inputs/refuses.py mx-run %s --threads=0 | FileCheck %s --check-prefix=THREADS
// THREADS: error: --threads='0' is no number of threads
// RUN: %python %S/Inputs/refuses.py mx-run %s --bench=many | FileCheck %s --check-prefix=CALLS
// CALLS: error: --bench='many' is no number of calls
// RUN: %python %S/Inputs/refuses.py mx-run %s --tolerance=-1 | FileCheck %s --check-prefix=TOLERANCE
// TOLERANCE: error: --tolerance='-1' is no error bound

// The file.
// RUN: %python %S/Inputs/refuses.py mx-run %t/none.mlir | FileCheck %s --check-prefix=MISSING
// MISSING: error: cannot open input file '{{.+}}none.mlir': No such file or directory
// RUN: %python %S/Inputs/refuses.py mx-run %t | FileCheck %s --check-prefix=FOLDER
// FOLDER: error: cannot open input file '{{.+}}': Is a directory
// RUN: echo 'func.func @main() { return %%x }' > %t/bad.mlir
// RUN: %python %S/Inputs/refuses.py mx-run %t/bad.mlir | FileCheck %s --check-prefix=SYNTAX
// SYNTAX: bad.mlir:1:{{[0-9]+}}: error:
// RUN: echo 'func.func @main(%%x: f32) -> f64 { return %%x : f32 }' > %t/verify.mlir
// RUN: %python %S/Inputs/refuses.py mx-run %t/verify.mlir | FileCheck %s --check-prefix=VERIFY
// VERIFY: verify.mlir:1:{{[0-9]+}}: error: type of return operand 0 ('f32') doesn't match function result type ('f64')
// RUN: %python -c "open(r'%t/cut.mlirbc', 'wb').write(b'ML\xefR\x06')"
// RUN: %python %S/Inputs/refuses.py mx-run %t/cut.mlirbc | FileCheck %s --check-prefix=BYTECODE
// BYTECODE: cut.mlirbc{{.*}}: error:
// RUN: echo 'func.func @main() -> tensor<2xf32> { %%0 = arith.constant dense_resource<__elided__> : tensor<2xf32> return %%0 : tensor<2xf32> }' > %t/elided.mlir
// RUN: %python %S/Inputs/refuses.py mx-run %t/elided.mlir | FileCheck %s --check-prefix=ELIDED
// ELIDED: elided.mlir:1:{{[0-9]+}}: error: resource '__elided__' has no data
// RUN: %python -c "open(r'%t/short.mlir', 'w').write(open(r'%t/elided.mlir').read() + '{-# dialect_resources: {builtin: {__elided__: \"0x0400000000\"}} #-}')"
// RUN: %python %S/Inputs/refuses.py mx-run %t/short.mlir | FileCheck %s --check-prefix=SHORT
// SHORT: short.mlir:1:{{[0-9]+}}: error: resource '__elided__' has 1 bytes, its type wants 8

// The pipeline.
// RUN: %python %S/Inputs/refuses.py mx-run %s --pipeline=no-such-pass | FileCheck %s --check-prefix=PASS
// PASS: error: pipeline 'no-such-pass': 'no-such-pass' does not refer to a registered pass or pass pipeline
// RUN: %python %S/Inputs/refuses.py mx-run %s --pipeline='mx-quantize{weights=fp3}' | FileCheck %s --check-prefix=PRESET
// PRESET: error: {{.*}}fp3
// RUN: %python %S/Inputs/refuses.py mx-run %s --pipeline=canonicalize | FileCheck %s --check-prefix=HIGH
// HIGH: mx-run-errors.mlir:{{[0-9]+}}:{{[0-9]+}}: error: '{{.+}}' is left after the pipeline, which has to lower to the LLVM dialect
// RUN: echo 'func.func @main(%%x: !async.token) { async.await %%x : !async.token return }' > %t/async.mlir
// RUN: %python %S/Inputs/refuses.py mx-run %t/async.mlir | FileCheck %s --check-prefix=NOLOWERING
// NOLOWERING: async.mlir:1:{{[0-9]+}}: error:

// Code for another machine: refused, and printed all the same.
// RUN: echo 'llvm.func @main() attributes {passthrough = ["noinline", ["target-features", "+sse2,+no-such-unit"]]} { llvm.return }' > %t/machine.mlir
// RUN: %python %S/Inputs/refuses.py mx-run %t/machine.mlir | FileCheck %s --check-prefix=MACHINE
// MACHINE: machine.mlir:1:1: error: '@main' is code for machines with 'no-such-unit', which this one lacks
// RUN: mx-run %t/machine.mlir --dump-asm | FileCheck %s --check-prefix=PRINTED
// PRINTED: main:

// The entry.
// RUN: %python %S/Inputs/refuses.py mx-run %s --entry=other | FileCheck %s --check-prefix=ENTRY
// ENTRY: mx-run-errors.mlir: error: no function '@other'; entries: @main, @external
// RUN: %python %S/Inputs/refuses.py mx-run %s --entry=helper | FileCheck %s --check-prefix=PRIVATE
// PRIVATE: error: '@helper' cannot be called: it is private; entries: @main, @external
// RUN: echo 'func.func @main(%%x: complex<f32>) { return }' > %t/complex.mlir
// RUN: %python %S/Inputs/refuses.py mx-run %t/complex.mlir | FileCheck %s --check-prefix=TYPE
// TYPE: complex.mlir:1:1: error: argument 0 of the entry is complex<f32>, which the runner cannot pass
// RUN: echo 'func.func private @nowhere() func.func @main() { call @nowhere() : () -> () return }' > %t/undefined.mlir
// RUN: %python %S/Inputs/refuses.py mx-run %t/undefined.mlir | FileCheck %s --check-prefix=UNDEFINED
// UNDEFINED: undefined.mlir:1:1: error: function '@nowhere' is called but not defined
// RUN: echo 'llvm.func @main() { llvm.return }' > %t/plain.mlir
// RUN: %python %S/Inputs/refuses.py mx-run %t/plain.mlir | FileCheck %s --check-prefix=PLAIN
// PLAIN: plain.mlir:1:1: error: '@main' cannot be called: it has no 'mx.signature'; the file has no entries

// The arguments.
// RUN: %python %S/Inputs/refuses.py mx-run %s | FileCheck %s --check-prefix=NONE
// NONE: error: no value for argument 0 (?x4xf32), 1 (i8)
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=2x4xf32=zeros | FileCheck %s --check-prefix=ONE
// ONE: error: no value for argument 1 (i8)
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=2x4xf32=zeros --arg=i8=zeros --arg=i8=zeros | FileCheck %s --check-prefix=MANY
// MANY: error: found 3 arguments, wanted 2
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=2x3xf32=zeros --arg=i8=zeros | FileCheck %s --check-prefix=SHAPE
// SHAPE: error: argument 0: found 2x3xf32, wanted ?x4xf32
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=2x4xf64=zeros --arg=i8=zeros | FileCheck %s --check-prefix=DTYPE
// DTYPE: error: argument 0: found 2x4xf64, wanted ?x4xf32
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=2x4xf32=ones --arg=i8=zeros | FileCheck %s --check-prefix=FILLING
// FILLING: error: argument 0: '2x4xf32=ones' is neither @FILE.npy nor
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=9999999999x4xf32=zeros --arg=i8=zeros | FileCheck %s --check-prefix=HUGE
// HUGE: error: argument 0: 9999999999x4xf32 does not fit in the memory of this machine
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=2x4xf32=zeros --arg=i8=normal:1 | FileCheck %s --check-prefix=INTEGER
// INTEGER: error: argument 1: 'i8=normal:1': normal is for floats

// Argument files.
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=@%t/none.npy --arg=i8=zeros | FileCheck %s --check-prefix=NONPY
// NONPY: error: argument 0: cannot open '{{.+}}none.npy': No such file or directory
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=@%s --arg=i8=zeros | FileCheck %s --check-prefix=NOTNPY
// NOTNPY: error: argument 0: '{{.+}}': not an npy file
// RUN: %python %S/Inputs/npy.py write %t/cut.npy '<f4' '(2,4)' 1 2 3
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=@%t/cut.npy --arg=i8=zeros | FileCheck %s --check-prefix=CUT
// CUT: error: argument 0: '{{.+}}cut.npy': truncated: 12 bytes of data, wanted 32
// RUN: %python %S/Inputs/npy.py write %t/big.npy '>f4' '(2,4)' 1 2 3 4 5 6 7 8
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=@%t/big.npy --arg=i8=zeros | FileCheck %s --check-prefix=ENDIAN
// ENDIAN: error: argument 0: '{{.+}}big.npy': big-endian numbers ('>f4'), wanted little-endian
// RUN: %python %S/Inputs/npy.py write %t/f.npy '<f4' '(2,4)' 1 2 3 4 5 6 7 8
// RUN: sed "s/'fortran_order': False/'fortran_order': True /" %t/f.npy > %t/fortran.npy
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=@%t/fortran.npy --arg=i8=zeros | FileCheck %s --check-prefix=FORTRAN
// FORTRAN: error: argument 0: '{{.+}}fortran.npy': column-major (Fortran) order

// Results.
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=2x4xf32=zeros --arg=i8=zeros --result=@%t/no/y.npy | FileCheck %s --check-prefix=WRITE
// WRITE: error: cannot write '{{.+}}y.npy': No such file or directory
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=2x4xf32=zeros --arg=i8=zeros --result=y.npy | FileCheck %s --check-prefix=AT
// AT: error: result 'y.npy' is not @FILE.npy
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=2x4xf32=zeros --arg=i8=zeros --result=@%t/0.npy --result=@%t/1.npy | FileCheck %s --check-prefix=FILES
// FILES: error: found 2 result files, wanted at most 1

// Comparisons.
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=2x4xf32=zeros --arg=i8=zeros --against=double | FileCheck %s --check-prefix=AGAINST
// AGAINST: error: cannot compare with 'double': wanted @FILE.npy, float or reference
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=3x4xf32=zeros --arg=i8=zeros --against=@%t/f.npy | FileCheck %s --check-prefix=GOLD
// GOLD: error: found 2x4xf32 to compare with, wanted 3x4xf32
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=2x4xf32=zeros --arg=i8=zeros --against=@%t/none.npy | FileCheck %s --check-prefix=NOGOLD
// NOGOLD: error: cannot open '{{.+}}none.npy': No such file or directory

func.func @main(%a: tensor<?x4xf32>, %b: i8) -> tensor<?x4xf32> {
  %y = func.call @helper(%a) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

func.func private @helper(%a: tensor<?x4xf32>) -> tensor<?x4xf32> {
  return %a : tensor<?x4xf32>
}

func.func @external(%a: f32) {
  return
}
