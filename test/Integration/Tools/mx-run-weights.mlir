// Large constants: in place, from a weight file, and what is wrong with files.

// RUN: rm -rf %t && mkdir %t

// Resources, dense elements and a splat, all above 64 KB, give what a file of
// the same bytes gives.
// RUN: %python %S/Inputs/large_constants.py %t/f.mlir
// RUN: mx-run %t/f.mlir --arg=index=zeros --result=@%t/resource.npy --result=@%t/dense.npy --result=@%t/splat.npy
// RUN: %python %S/Inputs/large_constants.py --check %t/resource.npy %t/dense.npy %t/splat.npy
// RUN: mx-opt %t/f.mlir --mx-float-to-llvm -o %t/inside.mlir
// RUN: mx-run %t/inside.mlir --arg=index=zeros --result=@%t/r.npy --result=@%t/d.npy --result=@%t/s.npy
// RUN: %python %S/Inputs/large_constants.py --check %t/r.npy %t/d.npy %t/s.npy
// RUN: mx-run %t/f.mlir --pipeline='mx-to-llvm{weights-file=%t/a.weights}' --arg=index=zeros --result=@%t/r.npy --result=@%t/d.npy --result=@%t/s.npy --against=reference
// RUN: %python %S/Inputs/large_constants.py --check %t/r.npy %t/d.npy %t/s.npy

// In two steps, and with the file elsewhere.
// RUN: cd %t && mx-opt f.mlir --mx-to-llvm=weights-file=two.weights -o two.mlir
// RUN: FileCheck %s --input-file=%t/two.mlir
// CHECK: module attributes {mx.weights = {file = "two.weights", id = "{{.*}}", symbol = "two_weights"}}
// CHECK-NOT: dense
// RUN: cd %t && mx-run two.mlir --arg=index=zeros --result=@%t/r.npy --result=@%t/d.npy --result=@%t/s.npy
// RUN: %python %S/Inputs/large_constants.py --check %t/r.npy %t/d.npy %t/s.npy
// RUN: mkdir %t/moved && mv %t/two.weights %t/moved/w
// RUN: mx-run %t/two.mlir --weights=%t/moved/w --arg=index=zeros --result=@%t/r.npy --result=@%t/d.npy --result=@%t/s.npy
// RUN: %python %S/Inputs/large_constants.py --check %t/r.npy %t/d.npy %t/s.npy

// Assembly has symbols in their place.
// RUN: mx-run %t/f.mlir --dump-asm > %t/f.s
// RUN: %python -c "import os, sys; sys.exit(os.path.getsize(sys.argv[1]) > 50000)" %t/f.s

// What is wrong.
// RUN: cd %t && %python %S/Inputs/refuses.py mx-run two.mlir --arg=index=zeros | FileCheck %s --check-prefix=GONE
// GONE: two.mlir:{{.*}}error: weight file 'two.weights' cannot be opened: No such file or directory
// RUN: %python %S/Inputs/refuses.py mx-run %t/two.mlir --weights=%t/a.weights --arg=index=zeros | FileCheck %s --check-prefix=OTHER
// OTHER: error: weight file '{{.*}}a.weights' is not the one that was written with this module
// RUN: %python %S/Inputs/refuses.py mx-run %t/two.mlir --weights=%t/f.mlir --arg=index=zeros | FileCheck %s --check-prefix=NOFILE
// NOFILE: error: weight file '{{.*}}f.mlir' is no weight file
// RUN: %python %S/Inputs/refuses.py mx-run %t/inside.mlir --weights=%t/a.weights --arg=index=zeros | FileCheck %s --check-prefix=INSIDE
// INSIDE: error: the module has no constants in a weight file, found '{{.*}}a.weights'
// RUN: echo 'module attributes {mx.weights = {file = "w"}} { llvm.func @main() attributes {mx.signature = () -> ()} { llvm.return } llvm.func @_mlir_ciface_main() { llvm.return } }' > %t/bad.mlir
// RUN: mlir-opt %t/bad.mlir --allow-unregistered-dialect --emit-bytecode -o %t/bad.mlirbc
// RUN: %python %S/Inputs/refuses.py mx-run %t/bad.mlirbc | FileCheck %s --check-prefix=RECORD
// RUN: sed 's/main/f/g' %t/bad.mlir | mlir-opt --allow-unregistered-dialect --emit-bytecode -o %t/bad_f.mlirbc
// RUN: %python %S/Inputs/refuses.py mx-run %t/bad_f.mlirbc --emit-header=- | FileCheck %s --check-prefix=RECORD
// RECORD: error: attribute 'mx.weights' has to hold strings 'file', 'id' and 'symbol'
// RUN: head -c -1 %t/moved/w > %t/short
// RUN: %python %S/Inputs/refuses.py mx-run %t/two.mlir --weights=%t/short --arg=index=zeros | FileCheck %s --check-prefix=SHORT
// SHORT: error: weight file '{{.*}}short' has {{[0-9]+}} bytes, expected {{[0-9]+}}
// RUN: sed 's/@two_w1/@two_w9/g' %t/two.mlir > %t/renamed.mlir
// RUN: %python %S/Inputs/refuses.py mx-run %t/renamed.mlir --weights=%t/moved/w --arg=index=zeros | FileCheck %s --check-prefix=RENAMED
// RENAMED: renamed.mlir:{{.*}}error: constant '@two_w9' is used but not defined in '{{.*}}moved/w'
// RUN: sed '/external constant @two_w0/s/160 x/161 x/' %t/two.mlir > %t/resized.mlir
// RUN: %python %S/Inputs/refuses.py mx-run %t/resized.mlir --weights=%t/moved/w --arg=index=zeros | FileCheck %s --check-prefix=RESIZED
// RESIZED: resized.mlir:{{.*}}error: constant '@two_w0' has 81920 bytes in '{{.*}}moved/w', expected 82432
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=index=zeros | FileCheck %s --check-prefix=UNDEFINED
// UNDEFINED: mx-run-weights.mlir:{{.*}}error: constant '@nowhere' is used but not defined

llvm.mlir.global external constant @nowhere() : i32
llvm.func @main(%i: i64) -> i32 attributes {mx.signature = (index) -> i32} {
  %a = llvm.mlir.addressof @nowhere : !llvm.ptr
  %x = llvm.load %a : !llvm.ptr -> i32
  llvm.return %x : i32
}
llvm.func @_mlir_ciface_main(%i: i64) -> i32 {
  %x = llvm.call @main(%i) : (i64) -> i32
  llvm.return %x : i32
}
