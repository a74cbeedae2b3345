// RUN: rm -rf %t && mkdir %t
// RUN: mx-opt %s --mx-externalize-constants='threshold=7 file=%t/w.weights' --split-input-file --verify-diagnostics
// RUN: not mx-opt %S/externalize-constants.mlir --mx-externalize-constants 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not mx-opt %S/externalize-constants.mlir --mx-externalize-constants=file=%t/none/w 2>&1 | FileCheck %s --check-prefix=FOLDER
// NONE: error: option 'file' is '', expected the name of the weight file to write
// FOLDER: error: cannot write '{{[^']*}}/none/w': No such file or directory

// expected-error @+1 {{'memref.global' op has no data, or not the 8 bytes expected of its type}}
memref.global "private" constant @elided : memref<8xi8> = dense_resource<gone>

// -----

// expected-error @+1 {{'memref.global' op has no data, or not the 8 bytes expected of its type}}
memref.global "private" constant @short : memref<8xi8> = dense_resource<short>

{-#
  dialect_resources: {
    builtin: {
      short: "0x4000000001020304050607"
    }
  }
#-}

// -----

// expected-error @+1 {{'memref.global' op has alignment 128, expected at most 64}}
memref.global "private" constant @aligned : memref<8xi8> = dense<1> {alignment = 128 : i64}

// -----

// expected-error @+1 {{has large constants in a file already, expected a module without 'mx.weights'}}
module attributes {mx.weights = {file = "w", id = "0", symbol = "w_weights"}} {}

// -----

// expected-error @+1 {{attribute 'mx.weights' is "w", expected strings 'file', 'id' and 'symbol'}}
module attributes {mx.weights = "w"} {}

// -----

// expected-error @+1 {{attribute 'mx.weights' is {file = "w", id = 1 : i64, symbol = "s"}, expected strings 'file', 'id' and 'symbol'}}
module attributes {mx.weights = {file = "w", id = 1, symbol = "s"}} {}
