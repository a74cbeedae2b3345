//===- Choose.cpp - random recipes ----------------------------------------===//

#include "Choose.h"

#include "mx/Numerics/Tiles.h"
#include "mx/Target/Cost.h"

#include <algorithm>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

/// Products that a case may take, so that sums in f64 do not.
static constexpr int64_t kProducts = 1000000;

/// Most threads of a kernel.
static constexpr int64_t kThreads = 3;

SmallVector<RowKernel> mlir::mx::test::runnableKernels(StringRef target) {
  SmallVector<RowKernel> all;
  for (const std::string &name : runnableTargets()) {
    const ::mx::TargetRow *row = ::mx::findTarget(name);
    if (!target.empty() && target != name)
      continue;
    for (const ::mx::KernelRow &kernel : row->kernels)
      all.push_back({row, &::mx::kernelInfo(kernel.kind)});
  }
  return all;
}

//===----------------------------------------------------------------------===//
// Extents
//===----------------------------------------------------------------------===//

static int64_t chooseRows(Generator &generator) {
  static constexpr int64_t few[] = {1, 1, 1, 2, 3, 4, 5, 7, 8, 9, 12, 17, 31};
  return generator.chance(80) ? generator.pick(few) : 1 + generator.below(200);
}

/// 1 to 200, every other time near a multiple of a tile.
static int64_t chooseExtent(Generator &generator) {
  if (generator.chance(50))
    return 1 + generator.below(200);
  return std::max<int64_t>(1,
                           16 * generator.below(13) + generator.below(3) - 1);
}

/// Odd ones, of more than one panel.
static Extents chooseLarge(Generator &generator) {
  static constexpr Extents large[] = {{1, 3, 1031, 4099},
                                      {1, 1, 1031, 4099},
                                      {1, 257, 67, 1031},
                                      {1, 5, 257, 9001}};
  return generator.pick(large);
}

Extents mlir::mx::test::chooseExtents(Generator &generator,
                                      const Recipe &recipe, bool isLarge) {
  Extents e = recipe.extents;
  Extents other =
      isLarge ? chooseLarge(generator)
              : Extents{1, chooseRows(generator), chooseExtent(generator),
                        chooseExtent(generator)};
  if (recipe.isDynamicM)
    e.m = other.m;
  if (recipe.isDynamicN)
    e.n = other.n;
  if (recipe.isDynamicK)
    e.k = other.k;
  if (recipe.isDynamicM && !isLarge)
    e.m = std::clamp<int64_t>(kProducts / (e.batch * e.n * e.k), 1, e.m);
  return e;
}

//===----------------------------------------------------------------------===//
// Recipes
//===----------------------------------------------------------------------===//

/// A preset, now and then with another block size.
static ::mx::Preset choosePreset(Generator &generator) {
  ::mx::Preset preset = generator.pick(::mx::presets);
  std::string error;
  static constexpr StringRef sizes[] = {":8", ":16", ":32", ":64", ":256"};
  if (generator.chance(15))
    if (auto sized = ::mx::parsePreset(
            std::string(preset.name) + generator.pick(sizes).str(), error))
      return *sized;
  return preset;
}

static void chooseFormats(Generator &generator, Recipe &recipe) {
  recipe.w = choosePreset(generator);
  int64_t which = generator.below(100);
  std::string error;
  if (which < 25)
    recipe.x = recipe.w;
  else if (which < 45)
    recipe.x = ::mx::parsePreset("mxint8", error);
  else if (which < 70)
    recipe.x = choosePreset(generator);
  else
    recipe.x = std::nullopt;
  recipe.element = !recipe.x && generator.chance(50) ? "bf16" : "f32";
  recipe.result = generator.chance(15) ? "bf16" : "f32";
}

unsigned mlir::mx::test::chooseThreads(Generator &generator) {
  return generator.chance(65) ? 1 : unsigned(1 + generator.below(kThreads));
}

static void chooseShape(Generator &generator, Recipe &recipe, bool isLarge) {
  static constexpr WeightSource sources[] = {WeightSource::Argument,
                                             WeightSource::PackFunction,
                                             WeightSource::Constant};
  recipe.source = generator.pick(sources);
  bool canBeDynamic = recipe.source != WeightSource::Constant;
  recipe.isBatched = !isLarge && generator.chance(25);
  recipe.isShared = !recipe.isBatched || generator.chance(50);
  recipe.isFromZero = generator.chance(40);
  // All, for once, so that extentsOf gives each of them.
  recipe.isDynamicM = recipe.isDynamicN = recipe.isDynamicK = true;
  recipe.extents = chooseExtents(generator, recipe, isLarge);
  if (recipe.isBatched)
    recipe.extents.batch = 2 + generator.below(2);
  recipe.isDynamicM = generator.chance(70);
  recipe.isDynamicN = canBeDynamic && generator.chance(60);
  recipe.isDynamicK = canBeDynamic && generator.chance(60);
}

/// A tile that fits the registers, of any size that may be asked for.
static Config chooseConfig(Generator &generator, const RowKernel &which) {
  const ::mx::KernelRow &costs = *which.row->find(which.kernel->kind);
  static constexpr int vectors[] = {1, 2, 4};
  static constexpr int64_t blocks[] = {256, 512, 2048};
  for (;;) {
    Config config{which.kernel->name, int(1 + generator.below(12)),
                  generator.pick(vectors), generator.pick(blocks)};
    if (which.kernel->inRegisters)
      config.vectors = 1;
    else if (which.kernel->kind == ::mx::KernelKind::I16)
      // Whole tiles: half of one is refused.
      config.vectors = std::max<int>(config.vectors,
                                     ::mx::kTileColumns / which.row->lanes());
    if (::mx::registersNeeded(costs.registers, {config.rows, config.vectors}) <=
        which.row->vectorRegisters)
      return config;
  }
}

/// True where mx-select-lowering takes the kernel: the cheapest.
static bool isChosen(const Recipe &recipe, const RowKernel &which) {
  const Extents &e = recipe.extents;
  for (const ::mx::KernelCandidate &candidate :
       ::mx::chooseKernel(*which.row, {e.batch * e.m, e.n, e.k},
                          recipe.factsOfW(), recipe.factsOfX()))
    if (candidate.refusal.empty())
      return candidate.kernel == which.kernel;
  return false;
}

std::optional<Recipe> mlir::mx::test::chooseRecipe(Generator &generator,
                                                   const RowKernel &which,
                                                   bool isForced,
                                                   bool isLarge) {
  for (int attempt = 0; attempt < 2000; ++attempt) {
    Recipe recipe;
    recipe.target = which.row->name;
    chooseFormats(generator, recipe);
    chooseShape(generator, recipe, isLarge);
    recipe.threads = chooseThreads(generator);
    if (isForced && ::mx::whyNot(*which.kernel, *which.row, recipe.factsOfW(),
                                 recipe.factsOfX())
                        .empty()) {
      recipe.config = chooseConfig(generator, which);
      return recipe;
    }
    if (!isForced && isChosen(recipe, which)) {
      // What is priced is what is compiled.
      recipe.isDynamicM = recipe.isDynamicM && generator.chance(30);
      recipe.isDynamicN = recipe.isDynamicK = false;
      return recipe;
    }
  }
  return std::nullopt;
}
