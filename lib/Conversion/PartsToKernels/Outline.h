//===- Outline.h - equal ops as calls of one function -----------*- C++ -*-===//
//
// A model has some hundred products and a handful of different ones. Each
// different one becomes a private function, so that code and compile time grow
// with those.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_CONVERSION_PARTSTOKERNELS_OUTLINE_H
#define MX_LIB_CONVERSION_PARTSTOKERNELS_OUTLINE_H

#include "mx/Dialect/MX/IR/MX.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/DenseMap.h"

namespace mlir::mx {

/// Ops are equal that have the same attributes, operands of the same types (any
/// layout is like any other, but the identity) and the same constants. Of
/// products with a dynamic number of rows N and K may differ, too.
class Outliner {
public:
  explicit Outliner(ModuleOp module) : symbols(module) {}

  /// Replaces `op`, which has operands and a lowering config but no results, by
  /// a call. Returns its copy in a new function, null where there was one.
  Operation *outline(Operation *op, LoweringConfigAttr config, StringRef name);

private:
  func::FuncOp createFunction(Operation *op, LoweringConfigAttr config,
                              StringRef name, FunctionType type);

  SymbolTable symbols;
  llvm::DenseMap<Attribute, func::FuncOp> functions;
};

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_PARTSTOKERNELS_OUTLINE_H
