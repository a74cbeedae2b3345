//===- PoolTemporaries.td - a pass on buffers --------------*- tablegen -*-===//

#ifndef MX_DIALECT_MX_TRANSFORMS_POOLTEMPORARIES_TD
#define MX_DIALECT_MX_TRANSFORMS_POOLTEMPORARIES_TD

include "mlir/Pass/PassBase.td"

def MXPoolTemporariesPass : Pass<"mx-pool-temporaries", "::mlir::ModuleOp"> {
  let summary = "Take large temporary buffers from the pool of libmx_runtime";
  let description = [{
    A `memref.alloc` that a `memref.dealloc` of the same block ends is a temporary:
    nobody else frees it. Its bytes come from `mx_pool_allocate` and go back by
    `mx_pool_free` (mx/Runtime/Pool.h), which keep them for the next that wants as
    many. malloc would return large buffers to the operating system and get them
    back page by page, each time.

    Buffers known to be smaller than 64 KB stay as they are, and those that are not
    row-major, ask for an alignment above 64, or have elements of other sizes than 1,
    2, 4 and 8 bytes. It is an error where another symbol has the name of either
    function.

    Before:

    ```mlir
    func.func @f(%n: index) {
      %0 = memref.alloc(%n) {alignment = 64 : i64} : memref<?x256xf32>
      memref.dealloc %0 : memref<?x256xf32>
      return
    }
    ```

    After:

    ```mlir
    func.func private @mx_pool_allocate(index) -> memref<?xi8> attributes {llvm.emit_c_interface}
    func.func private @mx_pool_free(memref<?xi8>) attributes {llvm.emit_c_interface}
    func.func @f(%n: index) {
      %c0 = arith.constant 0 : index
      %c1024 = arith.constant 1024 : index
      %bytes = arith.muli %n, %c1024 : index
      %pool = call @mx_pool_allocate(%bytes) : (index) -> memref<?xi8>
      %view = memref.view %pool[%c0][%n] : memref<?xi8> to memref<?x256xf32>
      %0 = memref.assume_alignment %view, 64 : memref<?x256xf32>
      call @mx_pool_free(%pool) : (memref<?xi8>) -> ()
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::memref::MemRefDialect"];
}

#endif // MX_DIALECT_MX_TRANSFORMS_POOLTEMPORARIES_TD
