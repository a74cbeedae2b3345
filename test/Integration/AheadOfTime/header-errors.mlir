// What C cannot call, and where a header cannot be.

// RUN: rm -rf %t && mkdir %t && split-file %s %t
// RUN: cd %t && %python %S/../Tools/Inputs/refuses.py mx-run main.mlir --emit-header=h.h | FileCheck %s --check-prefix=MAIN
// MAIN: main.mlir:1:1: error: '@main' cannot be called from C: the name is that of the program's entry
// RUN: cd %t && %python %S/../Tools/Inputs/refuses.py mx-run keyword.mlir --emit-header=h.h | FileCheck %s --check-prefix=KEYWORD
// KEYWORD: keyword.mlir:1:1: error: '@while' cannot be called from C: its name is no identifier of C
// RUN: cd %t && %python %S/../Tools/Inputs/refuses.py mx-run dots.mlir --emit-header=h.h | FileCheck %s --check-prefix=DOTS
// DOTS: dots.mlir:1:1: error: '@a.b' cannot be called from C: its name is no identifier of C
// RUN: cd %t && %python %S/../Tools/Inputs/refuses.py mx-run half.mlir --emit-header=h.h | FileCheck %s --check-prefix=HALF
// HALF: half.mlir:1:1: error: '@f' cannot be called from C: C has no scalars of f16 and bf16 (tensors of them are fine)
// RUN: cd %t && %python %S/../Tools/Inputs/refuses.py mx-run none.mlir --emit-header=h.h | FileCheck %s --check-prefix=NONE
// NONE: error: the module has no public function with 'mx.signature' that C could call
// RUN: cd %t && %python %S/../Tools/Inputs/refuses.py mx-run good.mlir --pipeline=canonicalize --emit-header=h.h | FileCheck %s --check-prefix=LOWERED
// LOWERED: good.mlir:1:18: error: 'func.return' is left after the pipeline, which has to lower to the LLVM dialect
// RUN: cd %t && %python %S/../Tools/Inputs/refuses.py mx-run good.mlir --emit-header=none/h.h | FileCheck %s --check-prefix=FOLDER
// FOLDER: error: cannot write 'none/h.h': No such file or directory

//--- main.mlir
func.func @main() { return }
//--- keyword.mlir
func.func @while() { return }
//--- dots.mlir
func.func @a.b() { return }
//--- half.mlir
func.func @f(%x: f16) { return }
//--- none.mlir
func.func private @f() { return }
//--- good.mlir
func.func @f() { return }
