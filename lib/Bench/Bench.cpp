//===- Bench.cpp - products measured beside those of others ---------------===//

#include "mx/Bench/Bench.h"

#include "Ceilings.h"
#include "Ours.h"
#include "QuantizeMeter.h"

#include "mx/Runner/Error.h"
#include "mx/Target/Kernel.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

#include <limits>
#include <malloc.h>
#include <thread>

using namespace mlir;
using namespace mlir::mx;

/// X is another one from call to call, and again the first after so many.
static constexpr uint64_t activationCount = 4;
/// Up to this M the weights come from DRAM: as in a model that is run token by
/// token.
static constexpr int64_t maxColdM = 4;
/// What a round spends on one contender, as far as these many calls go.
static constexpr double roundMilliseconds = 20;
static constexpr double minCalls = 3, maxCalls = 64;
/// Of the result against the product of the floats. 4-bit weights and
/// activations give 15 or more, bf16 50.
static constexpr double minOurDb = 6, minPeerDb = 30;

namespace {
/// The options with names resolved.
struct Plan {
  const BenchOptions &options;
  const ::mx::TargetRow &row;
  ::mx::HostFacts host;
  ::mx::Preset weights;
  std::optional<::mx::Preset> activations;
};

/// A contender and its times.
class Entrant {
public:
  Entrant(StringRef name, std::unique_ptr<Contender> contender);

  /// Calls for a round; returns the median in milliseconds.
  double runRound();

  std::string name;
  std::unique_ptr<Contender> contender;
  std::vector<double> rounds;

private:
  int64_t calls = 1;
  int64_t nextCall = 0;
};

/// All that is measured side by side.
struct Match {
  std::unique_ptr<Entrant> ours;
  std::unique_ptr<QuantizeMeter> quantizer; ///< null: X stays float
  std::vector<Entrant> peers;
  std::string kernel;
  int64_t weightBytes;
};
} // namespace

Entrant::Entrant(StringRef name, std::unique_ptr<Contender> contender)
    : name(name), contender(std::move(contender)) {
  double time = this->contender->run(nextCall++);
  calls = static_cast<int64_t>(
      std::clamp(roundMilliseconds / time, minCalls, maxCalls));
}

double Entrant::runRound() {
  std::vector<double> times;
  for (int64_t i = 0; i < calls; ++i)
    times.push_back(contender->run(nextCall++));
  rounds.push_back(median(times));
  return rounds.back();
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

static llvm::Expected<const ::mx::TargetRow *> findRow(StringRef name) {
  if (name == "host")
    return &::mx::hostTarget();
  const ::mx::TargetRow *row = ::mx::findTarget(name);
  if (!row) {
    std::string known = "host";
    for (const ::mx::TargetRow &other : ::mx::targetRows())
      known += std::string(", ") + other.name;
    return makeError("--target: found '" + name + "', expected one of " +
                     known);
  }
  if (!::mx::hostCanRun(*row))
    return makeError("--target: this machine lacks instructions of '" + name +
                     "'");
  return row;
}

static llvm::Expected<::mx::Preset> findPreset(StringRef option,
                                               StringRef name) {
  std::string reason;
  std::optional<::mx::Preset> preset = ::mx::parsePreset(name.str(), reason);
  if (!preset)
    return makeError(option + ": " + reason);
  return *preset;
}

static llvm::Expected<Plan> makePlan(const BenchOptions &options) {
  auto row = findRow(options.target);
  if (!row)
    return row.takeError();
  const int64_t cores = std::thread::hardware_concurrency();
  for (int64_t threads : options.threads)
    if (threads > cores)
      return makeError("--threads: found " + Twine(threads) +
                       ", expected at most the " + Twine(cores) +
                       " cores of this machine");
  auto weights = findPreset("--weights", options.weights);
  if (!weights)
    return weights.takeError();
  Plan plan{options, **row, ::mx::hostFacts(), *weights, std::nullopt};
  if (options.activations == "none")
    return plan;
  auto activations = findPreset("--activations", options.activations);
  if (!activations)
    return activations.takeError();
  plan.activations = *activations;
  return plan;
}

//===----------------------------------------------------------------------===//
// One configuration
//===----------------------------------------------------------------------===//

static Recipe makeRecipe(const Plan &plan, const Problem &problem) {
  std::string pipeline =
      llvm::formatv("mx-to-llvm{{target={0} threads={1} pack-functions}",
                    plan.row.name, problem.threads)
          .str();
  return {plan.weights, plan.activations,
          plan.options.pipeline.value_or(pipeline)};
}

static std::string describe(const Problem &problem) {
  return llvm::formatv("{0}x{1} m={2} threads={3}", problem.n, problem.k,
                       problem.m, problem.threads)
      .str();
}

/// Compiles ours and packs the weights of all; a peer that cannot run is left
/// out.
static llvm::Expected<Match> gather(const Plan &plan, const Problem &problem,
                                    llvm::raw_ostream &log) {
  auto ours = Ours::create(problem, makeRecipe(plan, problem));
  if (!ours)
    return ours.takeError();
  if (plan.options.printCompileTime)
    log << describe(problem) << ": " << (*ours)->describeStages() << "\n";
  if (llvm::Error error = checkResult(**ours, problem, minOurDb))
    return addContext(describe(problem) + ": ", std::move(error));
  Match match;
  match.kernel = (*ours)->getKernel().str();
  match.weightBytes = (*ours)->getWeightBytes();
  match.ours = std::make_unique<Entrant>("ours", std::move(*ours));
  if (plan.activations) {
    auto quantizer = QuantizeMeter::create(problem, *plan.activations,
                                           makeRecipe(plan, problem).pipeline);
    if (!quantizer)
      return quantizer.takeError();
    match.quantizer = std::move(*quantizer);
  }
  for (const std::string &name : plan.options.peers) {
    auto peer = makePeer(name, problem);
    llvm::Error error =
        peer ? checkResult(**peer, problem, minPeerDb) : peer.takeError();
    if (error)
      log << describe(problem) << ": " << name
          << " is left out: " << llvm::toString(std::move(error)) << "\n";
    else
      match.peers.emplace_back(name, std::move(*peer));
  }
  return match;
}

/// The kind of multiply-accumulate whose limit a kernel is held against.
static ::mx::MacKind macKindOf(StringRef kernel) {
  const ::mx::KernelInfo *info = ::mx::findKernel(kernel);
  return info ? info->mac : ::mx::MacKind::F32;
}

static BenchFigures evaluate(const Plan &plan, const Problem &problem,
                             const Match &match, const Ceilings &ceilings) {
  BenchFigures figures;
  figures.cpu = plan.host.name;
  figures.target = plan.row.name;
  figures.data = plan.options.data;
  figures.m = problem.m;
  figures.n = problem.n;
  figures.k = problem.k;
  figures.weights = plan.options.weights;
  figures.activations = plan.options.activations;
  figures.threads = problem.threads;
  figures.kernel = match.kernel;
  figures.milliseconds = median(match.ours->rounds);
  figures.gflops =
      2e-6 * problem.m * problem.n * problem.k / figures.milliseconds;
  figures.fractionOfPeak =
      figures.gflops / ceilings.peak(macKindOf(match.kernel));
  figures.fractionOfDram =
      1e-6 * match.weightBytes / figures.milliseconds / ceilings.dramGBs;
  figures.dramGBs = ceilings.dramGBs;
  if (match.quantizer)
    figures.quantizeGBs = match.quantizer->getGBs();
  for (const Entrant &peer : match.peers) {
    std::vector<double> ratios;
    for (auto [theirs, ours] : llvm::zip_equal(peer.rounds, match.ours->rounds))
      ratios.push_back(theirs / ours);
    figures.peers.push_back({peer.name, median(peer.rounds), median(ratios)});
  }
  return figures;
}

static void printProgress(const Problem &problem, const BenchFigures &figures,
                          const Ceilings &ceilings, StringRef voidReason,
                          llvm::raw_ostream &log) {
  log << describe(problem) << " " << figures.kernel
      << llvm::formatv(
             ": {0:f4} ms, {1:f1} GF/s, {2:P} of peak, {3:P} of {4:f1} "
             "GB/s",
             figures.milliseconds, figures.gflops, figures.fractionOfPeak,
             figures.fractionOfDram, ceilings.dramGBs);
  if (figures.quantizeGBs > 0)
    log << llvm::formatv("; quantizer {0:f1} GB/s", figures.quantizeGBs);
  for (const PeerFigures &peer : figures.peers)
    log << llvm::formatv("; {0} {1:f4} ms ({2:f2}x)", peer.name,
                         peer.milliseconds, peer.ratio);
  if (!voidReason.empty())
    log << "; void: " << voidReason;
  log << "\n";
  log.flush();
}

static llvm::Expected<BenchFigures> measure(const Plan &plan,
                                            const Problem &problem,
                                            const Buffer &dramBuffer,
                                            llvm::raw_ostream &log) {
  auto match = gather(plan, problem, log);
  if (!match)
    return match.takeError();
  CeilingMeter meter(plan.row, problem.threads, dramBuffer);
  for (int64_t round = 0; round < plan.options.rounds; ++round) {
    meter.measure();
    match->ours->runRound();
    if (match->quantizer)
      match->quantizer->measure();
    for (Entrant &peer : match->peers)
      peer.runRound();
  }
  Ceilings ceilings = meter.medians();
  BenchFigures figures = evaluate(plan, problem, *match, ceilings);
  std::string reason = whyVoid(plan.row, problem.threads, ceilings);
  figures.isVoid = !reason.empty();
  printProgress(problem, figures, ceilings, reason, log);
  return figures;
}

//===----------------------------------------------------------------------===//
// All configurations
//===----------------------------------------------------------------------===//

static llvm::Error writeJSON(StringRef path, ArrayRef<BenchFigures> figures) {
  if (path.empty())
    return llvm::Error::success();
  std::error_code error;
  llvm::raw_fd_ostream os(path, error);
  if (error)
    return makeError("cannot write '" + path + "': " + error.message());
  llvm::json::Array list;
  for (const BenchFigures &entry : figures)
    list.push_back(toJSON(entry));
  os << llvm::formatv("{0:2}", llvm::json::Value(std::move(list))) << "\n";
  return llvm::Error::success();
}

/// Measures one shape and M with each number of threads.
static llvm::Error measureThreads(const Plan &plan, MatrixShape shape,
                                  int64_t m, const WeightData &weights,
                                  const Buffer &dramBuffer,
                                  llvm::raw_ostream &log,
                                  std::vector<BenchFigures> &all) {
  std::vector<Array> activations;
  for (uint64_t seed = 0; seed < activationCount; ++seed) {
    auto array = makeActivations(m, shape.k, plan.options.data, 2 + seed);
    if (!array)
      return array.takeError();
    activations.push_back(std::move(*array));
  }
  for (int64_t threads : plan.options.threads) {
    Problem problem{
        m,       shape.n,     shape.k, static_cast<unsigned>(threads),
        weights, activations, 0};
    if (m <= maxColdM)
      problem.rotatedBytes = 2 * plan.host.lastLevelCache;
    auto figures = measure(plan, problem, dramBuffer, log);
    if (!figures)
      return figures.takeError();
    all.push_back(std::move(*figures));
    if (llvm::Error error = writeJSON(plan.options.jsonFile, all))
      return error;
  }
  return llvm::Error::success();
}

llvm::Expected<std::vector<BenchFigures>>
mlir::mx::bench(const BenchOptions &options, llvm::raw_ostream &log) {
  auto plan = makePlan(options);
  if (!plan)
    return plan.takeError();
  // Compiled code returns its result in memory from malloc. Memory that goes
  // back to the kernel after each call would cost page faults, which peers, who
  // write to memory of ours, have not.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  Buffer dramBuffer(
      std::max<int64_t>(2 * plan->host.lastLevelCache, 256 << 20));
  std::vector<BenchFigures> all;
  // A file that cannot be written is known before anything is measured.
  if (llvm::Error error = writeJSON(options.jsonFile, all))
    return error;
  for (MatrixShape shape : options.shapes) {
    auto weights = WeightData::create(shape, plan->weights);
    if (!weights)
      return weights.takeError();
    for (int64_t m : options.m)
      if (llvm::Error error =
              measureThreads(*plan, shape, m, *weights, dramBuffer, log, all))
        return error;
  }
  return all;
}
