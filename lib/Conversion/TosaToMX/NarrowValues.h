//===- NarrowValues.h - which narrow tensors can become bytes ---*- C++ -*-===//
//
// A narrow tensor becomes bytes together with all that it flows to and comes
// from: operands and results of block-scaled ops, constants, arguments and
// results of functions, structured control flow. One other op among them, and
// the whole group stays as it is; nothing is converted by halves.
//
//===----------------------------------------------------------------------===//

#ifndef MX_CONVERSION_TOSATOMX_NARROWVALUES_H
#define MX_CONVERSION_TOSATOMX_NARROWVALUES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "llvm/ADT/EquivalenceClasses.h"

#include <string>

namespace mlir::mx {

/// Why an op is left alone: an id of docs/Remarks.md, and the case.
struct Obstacle {
  StringRef id;
  std::string text;
};

/// Returns true for tosa.cast_to_block_scaled, tosa.cast_from_block_scaled and
/// tosa.matmul_t_block_scaled.
bool isBlockScaledOp(Operation *op);

/// The groups of narrow values of a module.
class NarrowValues {
public:
  explicit NarrowValues(ModuleOp module);

  /// The block-scaled ops, in the order of the module.
  ArrayRef<Operation *> getBlockScaledOps() const { return blockScaledOps; }

  /// Returns what keeps the group of `op`'s values from becoming bytes, null
  /// where nothing does.
  const Obstacle *getObstacle(Operation *op) const;

  /// Changes the type of all values that can become bytes, in constants and
  /// signatures too. The block-scaled ops that use them are then invalid.
  void convertToBytes();

private:
  void visit(Operation *op);
  void visitBlocks(Operation *op);
  void visitGroup(Operation *op, ArrayRef<Value> values);
  void visitFunction(func::FuncOp function);
  void visitCall(func::CallOp call);
  void visitRegionBranch(RegionBranchOpInterface op);
  void fixEscaping(ModuleOp module);

  void join(Value a, Value b);
  void fix(Value value, StringRef id, const Twine &text);
  void fixNarrow(Operation *op, StringRef id, const Twine &text);
  void settle();
  bool isConvertible(Value value) const;

  llvm::EquivalenceClasses<Value> groups;
  SmallVector<std::pair<Value, Obstacle>> fixed;
  DenseMap<Value, Obstacle> obstacles; ///< of the leader of a group
  DenseSet<Value> touched;             ///< leaders with a block-scaled op
  SmallVector<Operation *> blockScaledOps;
  SmallVector<func::FuncOp> functions;
  SymbolTableCollection symbols;
};

} // namespace mlir::mx

#endif // MX_CONVERSION_TOSATOMX_NARROWVALUES_H
