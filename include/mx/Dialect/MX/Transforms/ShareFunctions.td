//===- ShareFunctions.td - a pass on private functions -----*- tablegen -*-===//

#ifndef MX_DIALECT_MX_TRANSFORMS_SHAREFUNCTIONS_TD
#define MX_DIALECT_MX_TRANSFORMS_SHAREFUNCTIONS_TD

include "mlir/Pass/PassBase.td"

def MXShareFunctionsPass : Pass<"mx-share-functions", "::mlir::ModuleOp"> {
  let summary = "Make one of private functions that differ in their constants";
  let description = [{
    The layers of a model are the same code on other weights. Where several private
    functions are equal but for the `memref.global` constants that they read (of the
    same types, in the same order), the constants become arguments, which the callers
    pass, and one of the functions serves all. Callees are merged before their
    callers, so that functions which call merged ones can be merged, too.

    A function stays as it is if anything but a `func.call` names it, and an external
    one.

    Before:

    ```mlir
    memref.global "private" constant @w0 : memref<4xf32> = dense<1.0>
    memref.global "private" constant @w1 : memref<4xf32> = dense<2.0>
    func.func private @layer0(%i: index) -> f32 {
      %w = memref.get_global @w0 : memref<4xf32>
      %x = memref.load %w[%i] : memref<4xf32>
      return %x : f32
    }
    func.func private @layer1(%i: index) -> f32 {
      %w = memref.get_global @w1 : memref<4xf32>
      %x = memref.load %w[%i] : memref<4xf32>
      return %x : f32
    }
    func.func @main(%i: index) -> (f32, f32) {
      %x = call @layer0(%i) : (index) -> f32
      %y = call @layer1(%i) : (index) -> f32
      return %x, %y : f32, f32
    }
    ```

    After:

    ```mlir
    memref.global "private" constant @w0 : memref<4xf32> = dense<1.0>
    memref.global "private" constant @w1 : memref<4xf32> = dense<2.0>
    func.func private @layer0(%i: index, %w: memref<4xf32>) -> f32 {
      %x = memref.load %w[%i] : memref<4xf32>
      return %x : f32
    }
    func.func @main(%i: index) -> (f32, f32) {
      %w0 = memref.get_global @w0 : memref<4xf32>
      %x = call @layer0(%i, %w0) : (index, memref<4xf32>) -> f32
      %w1 = memref.get_global @w1 : memref<4xf32>
      %y = call @layer0(%i, %w1) : (index, memref<4xf32>) -> f32
      return %x, %y : f32, f32
    }
    ```
  }];
  let dependentDialects = ["::mlir::func::FuncDialect",
                           "::mlir::memref::MemRefDialect"];
}

#endif // MX_DIALECT_MX_TRANSFORMS_SHAREFUNCTIONS_TD
