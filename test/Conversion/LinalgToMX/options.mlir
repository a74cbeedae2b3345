// Wrong options are one error each, before anything is done.
//
// RUN: not mx-opt %s --convert-linalg-to-mx=weights=mxfp5 2>&1 | FileCheck %s --check-prefix=PRESET
// RUN: not mx-opt %s --convert-linalg-to-mx=activations= 2>&1 | FileCheck %s --check-prefix=EMPTY
// RUN: not mx-opt %s --convert-linalg-to-mx=weights=amxfp4:33 2>&1 | FileCheck %s --check-prefix=SIZE
// RUN: not mx-opt %s --convert-linalg-to-mx=weights-scale-rule=best 2>&1 | FileCheck %s --check-prefix=RULE
// RUN: not mx-opt %s --convert-linalg-to-mx='weights=int4_affine weights-scale-rule=mse' 2>&1 | FileCheck %s --check-prefix=AFFINE
// RUN: not mx-opt %s --convert-linalg-to-mx='activations=int4 activations-scale-rule=mse' 2>&1 | FileCheck %s --check-prefix=INT4
// RUN: not mx-opt %s --convert-linalg-to-mx='activations=none activations-scale-rule=mse' 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not mx-opt %s --mx-quantize=weights=mxfp5 2>&1 | FileCheck %s --check-prefix=PRESET

// PRESET: options.mlir:{{.*}} error: option 'weights': {{.*}}mxfp5
// EMPTY: error: option 'activations':
// SIZE: error: option 'weights': {{.*}}33
// RULE: error: option 'weights-scale-rule': found 'best', expected preset or mse
// AFFINE: error: option 'weights': the search for the least error needs 8-bit scales, found f16
// INT4: error: option 'activations': the search for the least error needs 8-bit scales, found f16
// NONE: error: option 'activations-scale-rule': found 'mse', expected preset, since activations=none has no scale
module {
}
