// RUN: mx-opt %s --mx-verify-stage=stage=tiles --verify-diagnostics

// expected-error @+1 {{mx-verify-stage: unknown stage 'tiles', expected float, block, parts or target}}
module {
}
