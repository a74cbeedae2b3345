//===- Coverage.cpp - which op, in which shape, in which format -----------===//
//
// Runs every cell of docs/Coverage.md and compares it, bit for bit, with the
// library. `--write=FILE` writes the page, all formats a cell; `--check=FILE`
// compares it with what comes out, of all formats (`--all`) or one a cell. The
// cells that the project promises must work, whatever the page says.
//
//===----------------------------------------------------------------------===//

#include "Check.h"
#include "LeftAlone.h"
#include "OpKinds.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/raw_ostream.h"

#include <array>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

static llvm::cl::opt<std::string> writeTo("write",
                                          llvm::cl::desc("page to write"));
static llvm::cl::opt<std::string> checkOf("check",
                                          llvm::cl::desc("page to check"));
static llvm::cl::opt<bool> all("all", llvm::cl::desc("all formats a cell"));

//===----------------------------------------------------------------------===//
// Cells
//===----------------------------------------------------------------------===//

namespace {
/// How a product of some kind is shaped; the columns of the page.
struct ShapeClass {
  StringRef name;
  int64_t m, n, k;
  bool isDynamic = false, isTransposed = false;
  bool isPromised = false; ///< every contraction has to work in it
};
} // namespace

static constexpr ShapeClass shapeClasses[] = {
    {"static", 4, 6, 64, false, false, true},
    {"dynamic", 4, 6, 64, true, false, true},
    {"ragged", 3, 5, 41, false, false, true},
    {"dynamic, ragged", 3, 5, 41, true, false, true},
    {"K < block", 3, 5, 7, false, false, true},
    {"transposed", 3, 5, 41, false, true, true},
    {"M = 0", 0, 5, 41},
    {"N = 0", 3, 0, 41},
    {"K = 0", 3, 5, 0},
};

/// Returns true if a class says nothing of `kind`: an extent of an axis that it
/// lacks, or one that its types cannot have.
static bool isMeaningless(const OpKind &kind, const ShapeClass &shape) {
  if (kind.spelling == Spelling::Tosa)
    return shape.m * shape.n * shape.k == 0;
  bool isConvolution = kind.name.starts_with("conv");
  return !isConvolution && ((shape.m == 0 && !kind.axes.contains('m')) ||
                            (shape.n == 0 && !kind.axes.contains('n')));
}

static Product makeCell(const OpKind &kind, const ShapeClass &shape) {
  Product product;
  if (kind.name.starts_with("conv"))
    product = makeConvolution(kind,
                              {{'n', shape.m},
                               {'i', 2},
                               {'j', 3},
                               {'f', shape.n},
                               {'h', 2},
                               {'w', 2},
                               {'c', shape.k / 4}},
                              {1, 2});
  else
    product = makeProduct(kind, {{'a', 2},
                                 {'b', 2},
                                 {'c', 3},
                                 {'m', shape.m},
                                 {'n', shape.n},
                                 {'k', shape.k},
                                 {'l', 3}});
  for (Loop &loop : product.loops)
    loop.isDynamic = shape.isDynamic;
  if (shape.isTransposed)
    setTransposed(product);
  return product;
}

/// Returns "works", or what was found instead.
static std::string runCell(const OpKind &kind, const ShapeClass &shape,
                           StringRef weights, StringRef activations) {
  Product product = makeCell(kind, shape);
  product.weights = weights;
  product.activations = activations;
  Generator generator(1);
  std::string reason = check(product, makeInputs(product, generator));
  if (reason.empty())
    return "works";
  // `... is not quantized (ID): ...`
  StringRef text = reason;
  auto [before, id] = text.split("is not quantized (");
  if (!id.empty())
    return ("`" + id.split(')').first + "`").str();
  llvm::errs() << kind.name << " " << kind.axes << ", " << shape.name << ", "
               << weights << " x " << activations << ": " << reason << "\n";
  return reason;
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

static constexpr size_t kPresets = std::size(::mx::presets);
static constexpr size_t kClasses = std::size(shapeClasses);

namespace {
/// What was found in the runs that one cell stands for: each text once.
class Cell {
public:
  void add(const std::string &found) {
    if (!llvm::is_contained(texts, found))
      texts.push_back(found);
  }
  std::string text() const {
    return texts.empty() ? "-" : llvm::join(texts, " / ");
  }

private:
  SmallVector<std::string> texts;
};

/// Both tables; a run counts in both, but for convolutions.
struct Tables {
  std::vector<std::array<Cell, kClasses>> ofKinds;
  std::array<std::array<Cell, kClasses>, kPresets> ofPresets;
  std::array<size_t, kClasses> counts{}; ///< of cells so far in each column
};
} // namespace

static std::vector<OpKind> allKinds() {
  std::vector<OpKind> kinds(std::begin(opKinds), std::end(opKinds));
  kinds.insert(kinds.end(), std::begin(convolutionKinds),
               std::end(convolutionKinds));
  return kinds;
}

/// Runs a cell with every preset, or one; with float activations now and then.
static void runCells(const OpKind &kind, size_t row, size_t column,
                     bool everyFormat, Tables &tables) {
  const ShapeClass &shape = shapeClasses[column];
  // Down a column the single preset is another one each time: all come.
  size_t chosen = (tables.counts[column]++ + 5 * column) % kPresets;
  for (auto [i, preset] : llvm::enumerate(::mx::presets)) {
    if (!everyFormat && i != chosen)
      continue;
    bool isAlone = (row + column + i) % 4 == 0;
    std::string found =
        runCell(kind, shape, preset.name, isAlone ? "none" : preset.name);
    tables.ofKinds[row][column].add(found);
    if (!kind.name.starts_with("conv"))
      tables.ofPresets[i][column].add(found);
  }
}

static Tables runAll(bool everyFormat) {
  std::vector<OpKind> kinds = allKinds();
  Tables tables;
  tables.ofKinds.resize(kinds.size());
  for (auto [row, kind] : llvm::enumerate(kinds))
    for (size_t column = 0; column < kClasses; ++column)
      if (!isMeaningless(kind, shapeClasses[column]))
        runCells(kind, row, column, everyFormat, tables);
  return tables;
}

//===----------------------------------------------------------------------===//
// The page
//===----------------------------------------------------------------------===//

static constexpr StringRef pageHead =
    R"(# What is quantized

Generated by `coverage --write=docs/Coverage.md` (test/Unit/Differential); the
tests fail where it is out of date.

Each cell is run: the module is quantized with `strict`, compiled by `mx-reference`,
and its result compared with the numerics library, bit for bit; with every preset, as
weights and activations or with float activations. *works* means that all of them
agree, an id is the remark (docs/Remarks.md) of an op that is left alone, `-` that the
op has no such axis or no such type. Inputs are f32 arguments; constants, other element types, block
sizes and rules are what the random test beside it (`differential`) adds.

## Ops and shapes

The letters are axes: `mk,kn->mn` is left, right, result.

)";

static std::string headLine(StringRef first) {
  std::string head = ("| " + first + " |").str(), line = "\n|---|";
  for (const ShapeClass &shape : shapeClasses) {
    head += (" " + shape.name + " |").str();
    line += "---|";
  }
  return head + line + "\n";
}

static std::string rowText(const std::string &name, ArrayRef<Cell> cells) {
  std::string text = "| " + name + " |";
  for (const Cell &cell : cells)
    text += " " + cell.text() + " |";
  return text + "\n";
}

static bool isPromised(const OpKind &kind, const ShapeClass &shape) {
  return shape.isPromised &&
         !(kind.name.starts_with("conv") && shape.isDynamic);
}

/// Counts, and names, promised cells that do not work.
static unsigned countBroken(const Tables &tables) {
  unsigned broken = 0;
  for (auto [kind, cells] : llvm::zip(allKinds(), tables.ofKinds))
    for (auto [shape, cell] : llvm::zip(shapeClasses, cells))
      if (isPromised(kind, shape) && cell.text() != "works") {
        llvm::errs() << kind.name << " " << kind.axes << ", " << shape.name
                     << ": expected works, found " << cell.text() << "\n";
        ++broken;
      }
  return broken;
}

static std::string makePage(const Tables &tables) {
  std::string page = pageHead.str() + headLine("op");
  for (auto [kind, cells] : llvm::zip(allKinds(), tables.ofKinds))
    page += rowText(("`" + kind.name + "` `" + kind.axes + "`").str(), cells);
  page += "\n## Presets and shapes\n\nOver all ops above but the "
          "convolutions.\n\n" +
          headLine("preset");
  for (auto [preset, cells] : llvm::zip(::mx::presets, tables.ofPresets))
    page += rowText("`" + std::string(preset.name) + "`", cells);
  return page;
}

/// Returns the id of the remark of a module that is left alone.
static std::string runLeft(const LeftAlone &left) {
  auto results = runModule(left.module.str(), left.pipeline, {});
  if (results)
    return "no remark";
  std::string error = llvm::toString(results.takeError());
  llvm::Regex id("\\(([A-Za-z]+)\\): ");
  SmallVector<StringRef> groups;
  return id.match(error, &groups) ? ("`" + groups[1] + "`").str() : error;
}

static std::string makeLeftTable() {
  std::string table = "\n## What is left alone\n\n"
                      "Ops that are no product that can be quantized, and the "
                      "id of the remark.\n\n| op | remark |\n|---|---|\n";
  for (const LeftAlone &left : leftAlone)
    table += ("| " + left.name + " | " + runLeft(left) + " |\n").str();
  return table;
}

static int checkPage(const std::string &page) {
  auto file = llvm::MemoryBuffer::getFile(checkOf);
  if (!file) {
    llvm::errs() << checkOf << ": " << file.getError().message() << "\n";
    return 1;
  }
  SmallVector<StringRef> wanted, found;
  (*file)->getBuffer().split(wanted, '\n');
  StringRef(page).split(found, '\n');
  for (size_t i = 0; i < std::max(wanted.size(), found.size()); ++i) {
    StringRef w = i < wanted.size() ? wanted[i] : "no line";
    StringRef f = i < found.size() ? found[i] : "no line";
    if (w == f)
      continue;
    llvm::errs() << checkOf << ":" << i + 1 << ": the page says\n  " << w
                 << "\nbut found was\n  " << f
                 << "\nIf that is right: coverage "
                 << "--write=" << checkOf << "\n";
    return 1;
  }
  return 0;
}

static int writePage(const std::string &page) {
  std::error_code error;
  llvm::raw_fd_ostream file(writeTo, error);
  if (error) {
    llvm::errs() << writeTo << ": " << error.message() << "\n";
    return 1;
  }
  file << page;
  return 0;
}

int main(int argc, char **argv) {
  llvm::cl::ParseCommandLineOptions(argc, argv,
                                    "runs the cells of docs/Coverage.md\n");
  // Before minutes of work, not after.
  if (!checkOf.empty() && !llvm::sys::fs::exists(checkOf)) {
    llvm::errs() << checkOf << ": no such file\n";
    return 1;
  }
  Tables tables = runAll(all || !writeTo.empty());
  std::string page = makePage(tables) + makeLeftTable();
  int status = countBroken(tables) != 0;
  if (!checkOf.empty())
    status |= checkPage(page);
  if (!writeTo.empty())
    status |= writePage(page);
  return status;
}
