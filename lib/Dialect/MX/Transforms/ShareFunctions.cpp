//===- ShareFunctions.cpp - equal functions on other constants ------------===//

#include "mx/Dialect/MX/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::mx {

#define GEN_PASS_DEF_MXSHAREFUNCTIONSPASS
#include "mx/Dialect/MX/Transforms/Passes.h.inc"

using memref::GetGlobalOp;

namespace {

/// Compares two functions, but for the constants that they read.
class Comparison {
public:
  explicit Comparison(const SymbolTable &symbols) : symbols(symbols) {}
  bool areEqual(func::FuncOp a, func::FuncOp b);

private:
  bool areEqual(Region &a, Region &b);
  bool areEqual(Block &a, Block &b);
  bool areEqual(Operation &a, Operation &b);
  bool readConstants(Operation &a, Operation &b) const;

  const SymbolTable &symbols;
  IRMapping mapping; ///< from values and blocks of one to those of the other
};

struct ShareFunctions final : impl::MXShareFunctionsPassBase<ShareFunctions> {
  void runOnOperation() override;
};

} // namespace

static bool isConstant(GetGlobalOp op, const SymbolTable &symbols) {
  auto global = symbols.lookup<memref::GlobalOp>(op.getName());
  return global && global.getConstant();
}

bool Comparison::readConstants(Operation &a, Operation &b) const {
  auto readA = dyn_cast<GetGlobalOp>(a), readB = dyn_cast<GetGlobalOp>(b);
  return readA && readB && isConstant(readA, symbols) &&
         isConstant(readB, symbols);
}

bool Comparison::areEqual(Operation &a, Operation &b) {
  auto isMapped = [&](auto pair) {
    return mapping.lookupOrNull(std::get<0>(pair)) == std::get<1>(pair);
  };
  if (a.getName() != b.getName() ||
      a.getOperands().size() != b.getOperands().size() ||
      a.getResultTypes() != b.getResultTypes() ||
      a.getNumSuccessors() != b.getNumSuccessors() ||
      a.getNumRegions() != b.getNumRegions() ||
      !llvm::all_of(llvm::zip(a.getOperands(), b.getOperands()), isMapped) ||
      !llvm::all_of(llvm::zip(a.getSuccessors(), b.getSuccessors()),
                    isMapped) ||
      (a.getAttrDictionary() != b.getAttrDictionary() && !readConstants(a, b)))
    return false;
  mapping.map(a.getResults(), b.getResults());
  return llvm::all_of(llvm::zip(a.getRegions(), b.getRegions()), [&](auto it) {
    return areEqual(std::get<0>(it), std::get<1>(it));
  });
}

bool Comparison::areEqual(Block &a, Block &b) {
  return a.getOperations().size() == b.getOperations().size() &&
         llvm::all_of(llvm::zip(a, b), [&](auto it) {
           return areEqual(std::get<0>(it), std::get<1>(it));
         });
}

bool Comparison::areEqual(Region &a, Region &b) {
  if (a.getBlocks().size() != b.getBlocks().size())
    return false;
  for (auto [blockA, blockB] : llvm::zip(a, b)) {
    if (blockA.getArgumentTypes() != blockB.getArgumentTypes())
      return false;
    mapping.map(&blockA, &blockB);
    mapping.map(blockA.getArguments(), blockB.getArguments());
  }
  return llvm::all_of(llvm::zip(a, b), [&](auto it) {
    return areEqual(std::get<0>(it), std::get<1>(it));
  });
}

/// The attributes of `function` but its name.
static DictionaryAttr attributesOf(func::FuncOp function) {
  NamedAttrList attributes(function->getAttrDictionary());
  attributes.erase(SymbolTable::getSymbolAttrName());
  return attributes.getDictionary(function.getContext());
}

bool Comparison::areEqual(func::FuncOp a, func::FuncOp b) {
  mapping.clear();
  return attributesOf(a) == attributesOf(b) &&
         areEqual(a.getBody(), b.getBody());
}

//===----------------------------------------------------------------------===//
// Merging
//===----------------------------------------------------------------------===//

using Calls = SmallVector<func::CallOp>;

/// Returns the calls of each private function that nothing but calls name, in
/// the order of the module.
static llvm::MapVector<func::FuncOp, Calls> findFunctions(ModuleOp module) {
  llvm::MapVector<func::FuncOp, Calls> functions;
  SymbolTable symbols(module);
  for (auto function : module.getOps<func::FuncOp>())
    if (function.isPrivate() && !function.isExternal())
      functions[function];
  auto uses = SymbolTable::getSymbolUses(&module.getBodyRegion());
  if (!uses)
    return {};
  llvm::SmallPtrSet<Operation *, 8> named;
  for (SymbolTable::SymbolUse use : *uses) {
    auto function =
        symbols.lookup<func::FuncOp>(use.getSymbolRef().getRootReference());
    auto it = functions.find(function);
    if (!function || it == functions.end())
      continue;
    if (auto call = dyn_cast<func::CallOp>(use.getUser()))
      it->second.push_back(call);
    else
      named.insert(function);
  }
  functions.remove_if([&](auto &it) { return named.contains(it.first); });
  return functions;
}

/// The constants that `function` reads, in the order of its ops.
static SmallVector<GetGlobalOp> constantsOf(func::FuncOp function,
                                            const SymbolTable &symbols) {
  SmallVector<GetGlobalOp> constants;
  function.walk([&](GetGlobalOp op) {
    if (isConstant(op, symbols))
      constants.push_back(op);
  });
  return constants;
}

/// Makes `call` one of `target`, with these constants after its operands.
static void redirect(func::CallOp call, func::FuncOp target,
                     ArrayRef<std::pair<StringRef, Type>> constants) {
  OpBuilder builder(call);
  SmallVector<Value> operands(call.getOperands());
  for (auto [name, type] : constants)
    operands.push_back(GetGlobalOp::create(builder, call.getLoc(), type, name));
  auto made = func::CallOp::create(builder, call.getLoc(), target, operands);
  call.replaceAllUsesWith(made.getResults());
  call.erase();
}

/// Makes one function of equal ones, the first.
static void merge(ArrayRef<func::FuncOp> group,
                  llvm::MapVector<func::FuncOp, Calls> &functions,
                  const SymbolTable &symbols) {
  SmallVector<SmallVector<GetGlobalOp>> reads;
  for (func::FuncOp function : group)
    reads.push_back(constantsOf(function, symbols));
  SmallVector<size_t> different;
  for (size_t i = 0; i < reads[0].size(); ++i)
    if (llvm::any_of(reads, [&](auto &of) {
          return of[i].getName() != reads[0][i].getName();
        }))
      different.push_back(i);
  SmallVector<SmallVector<std::pair<StringRef, Type>>> constants(group.size());
  for (auto [of, names] : llvm::zip(reads, constants))
    for (size_t i : different)
      names.push_back({of[i].getNameAttr().getValue(), of[i].getType()});
  func::FuncOp target = group[0];
  for (size_t i : different) {
    GetGlobalOp read = reads[0][i];
    (void)target.insertArgument(target.getNumArguments(), read.getType(), {},
                                read.getLoc());
    read.replaceAllUsesWith(target.getArguments().back());
    read.erase();
  }
  for (size_t i = 0; i < group.size(); ++i) {
    func::FuncOp function = group[i];
    for (func::CallOp call : functions[function])
      redirect(call, target, constants[i]);
  }
  // After all calls, of which some may be in the functions that go.
  for (func::FuncOp function : llvm::to_vector(group.drop_front()))
    function.erase();
}

/// Merges what is equal as the module stands; false where nothing is.
static bool mergeOnce(ModuleOp module) {
  llvm::MapVector<func::FuncOp, Calls> functions = findFunctions(module);
  SymbolTable symbols(module);
  SmallVector<SmallVector<func::FuncOp>> groups;
  for (auto &it : functions) {
    func::FuncOp function = it.first;
    auto group = llvm::find_if(groups, [&](auto &group) {
      return Comparison(symbols).areEqual(group[0], function);
    });
    if (group == groups.end())
      groups.push_back({function});
    else
      group->push_back(function);
  }
  // One group at a time: calls in the functions that go are no calls any more.
  for (auto &group : groups)
    if (group.size() > 1) {
      merge(group, functions, symbols);
      return true;
    }
  return false;
}

void ShareFunctions::runOnOperation() {
  while (mergeOnce(getOperation()))
    ;
}

} // namespace mlir::mx
