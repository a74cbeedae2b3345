//===- Fuzz.cpp - passes on modules that are nearly right -----------------===//
//
// Mutants of every module under `--modules` are parsed, verified, sent through
// a pipeline, printed and written as bytecode, in child processes. A child that
// dies names its mutant, which is kept as a file; the run fails where a frame
// of the project is on the stack. To be run in a build with AddressSanitizer.
//
//===----------------------------------------------------------------------===//

#include "Mutate.h"

#include "mx/Runner/Source.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

#include <map>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

static llvm::cl::opt<std::string> modules("modules", llvm::cl::Required,
                                          llvm::cl::desc("folder of modules"));
static llvm::cl::opt<uint64_t> mutants("mutants", llvm::cl::init(2000),
                                       llvm::cl::desc("number of mutants"));
static llvm::cl::opt<uint64_t> firstSeed("seed", llvm::cl::init(1),
                                         llvm::cl::desc("seed of mutant 0"));
static llvm::cl::opt<unsigned> jobs("jobs", llvm::cl::init(2),
                                    llvm::cl::desc("processes at a time"));
static llvm::cl::opt<unsigned>
    leastShare("least-share", llvm::cl::init(25),
               llvm::cl::desc("percentage of mutants that have to parse"));
static llvm::cl::opt<std::string>
    folder("crashes", llvm::cl::init("."),
           llvm::cl::desc("folder of the mutants that crash"));

static constexpr unsigned kSecondsEach = 60;
static constexpr uint64_t kMutantsAChild = 250;

/// Frames as module and offset; every kind of death has a stack. LLVM's
/// allocators mark memory as unused in our code, and the LLVM that is not
/// sanitized does not mark it as used. The sanitizer looks for this name.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" const char *__asan_default_options() {
  return "symbolize=0:handle_abort=1:detect_leaks=0:allow_user_poisoning=0:"
         "max_allocation_size_mb=8192";
}

//===----------------------------------------------------------------------===//
// One mutant
//===----------------------------------------------------------------------===//

namespace {
struct Seeds {
  std::vector<std::vector<Token>> modules;
  std::unique_ptr<Vocabulary> vocabulary;
};

/// What a child tells its parent, in memory that both share.
struct Progress {
  uint64_t next;   ///< the mutant that is under way
  uint64_t parsed; ///< how many have parsed
};
} // namespace

static std::string makeMutant(const Seeds &seeds, Generator &generator) {
  return mutate(generator.pick(seeds.modules), *seeds.vocabulary, generator);
}

static constexpr StringRef pipelines[] = {
    "canonicalize,cse",
    "mx-quantize{weights={w} activations={a} min-k=0 min-n=0}",
    "mx-quantize{weights={w} activations={a} min-k=0 min-n=0},mx-reference",
    ("mx-quantize{weights={w} activations=none quantize-attention=true},"
     "mx-reference"),
    ("convert-linalg-to-mx{weights={w} activations={a} min-k=0 min-n=0},"
     "mx-verify-stage"),
    ("mx-quantize{weights={w} activations={a} min-k=0 min-n=0 rotate=16},"
     "mx-fuse-quantize{rows=4 columns=64},mx-reference"),
    "mx-fuse-quantize{rows=2 columns=32},mx-reference",
    "mx-rotate-operands{kind=random_hadamard size=8 seed=3},mx-reference",
    "convert-tosa-to-mx,mx-lower-tosa,mx-reference",
    "mx-reference",
    "mx-fold-constants",
    "convert-mx-to-parts",
    "convert-mx-parts-to-loops",
    "mx-float-to-llvm",
};

/// The pipeline in the form that mx-opt takes, with formats for {w} and {a}.
static std::string fillIn(StringRef pipeline, const ::mx::Preset &weights,
                          const ::mx::Preset &activations) {
  return "builtin.module(" +
         substitute(pipeline.str(), {{"w", std::string(weights.name)},
                                     {"a", std::string(activations.name)}}) +
         ")";
}

static std::string choosePipeline(Generator &generator) {
  StringRef pipeline = generator.pick(pipelines);
  const ::mx::Preset &weights = generator.pick(::mx::presets);
  return fillIn(pipeline, weights, generator.pick(::mx::presets));
}

/// Adds the passes of choosePipeline's text.
static LogicalResult parsePipeline(StringRef pipeline, PassManager &pm) {
  pipeline.consume_front("builtin.module(");
  return parsePassPipeline(pipeline.drop_back(), pm, llvm::errs());
}

/// Returns whether the text parses and verifies.
static bool runMutant(MLIRContext &context, const std::string &text,
                      const std::string &pipeline) {
  ScopedDiagnosticHandler silent(&context,
                                 [](Diagnostic &) { return success(); });
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    return false;
  std::string bytes;
  llvm::raw_string_ostream os(bytes);
  if (succeeded(writeBytecodeToFile(*module, os)))
    parseSourceString<ModuleOp>(bytes, &context);
  PassManager pm(&context);
  if (failed(parsePassPipeline(
          StringRef(pipeline).drop_front(strlen("builtin.module(")).drop_back(),
          pm, llvm::errs())))
    llvm::report_fatal_error("a pipeline of the fuzzer is wrong");
  // Failure is fine, as long as it is one.
  (void)pm.run(*module);
  module->print(os);
  return true;
}

//===----------------------------------------------------------------------===//
// Children
//===----------------------------------------------------------------------===//

static void runChild(const Seeds &seeds, uint64_t end, Progress &progress,
                     StringRef report) {
  if (!freopen(report.str().c_str(), "w", stderr))
    _exit(3);
  DialectRegistry registry;
  registerRunnerDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  for (; progress.next < end; ++progress.next) {
    alarm(kSecondsEach);
    Generator generator(firstSeed + progress.next);
    std::string text = makeMutant(seeds, generator);
    progress.parsed += runMutant(context, text, choosePipeline(generator));
  }
  _exit(0);
}

namespace {
/// Counts, and where crashes came from.
struct Tally {
  uint64_t parsed = 0, ours = 0, theirs = 0, slow = 0;
};

/// A range of mutants and the child that works at it.
struct Work {
  uint64_t end;
  Progress *progress;
  std::string report;
};
} // namespace

static std::string readReport(StringRef path) {
  auto file = llvm::MemoryBuffer::getFile(path);
  return file ? (*file)->getBuffer().str() : "";
}

/// Returns true if a frame of the stack in `report` is the project's: of its
/// library, or of its namespace and not of a test's. Without a stack (memory
/// that ran out) nobody else can be blamed.
static bool hasOwnFrame(StringRef report) {
  if (report.contains("libMX") || !report.contains("#0"))
    return true;
  StringRef name = "mlir::mx::";
  for (size_t at = report.find(name); at != StringRef::npos;
       at = report.find(name, at + 1))
    if (!report.drop_front(at + name.size()).starts_with("test::"))
      return true;
  return false;
}

/// Keeps the mutant that a child died of.
static void keepCrash(const Seeds &seeds, const Work &work, int status,
                      Tally &tally) {
  uint64_t seed = firstSeed + work.progress->next;
  bool isSlow = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
  std::string report = readReport(work.report);
  bool isOurs = !isSlow && hasOwnFrame(report);
  StringRef kind = isSlow ? "slow" : isOurs ? "crash" : "upstream";
  (isSlow ? tally.slow : isOurs ? tally.ours : tally.theirs) += 1;
  std::string path =
      folder + "/" + kind.str() + "-" + std::to_string(seed) + ".mlir";
  Generator generator(seed);
  std::string text = makeMutant(seeds, generator);
  std::error_code error;
  llvm::raw_fd_ostream file(path, error);
  file << "// RUN: mx-opt %s --pass-pipeline='" << choosePipeline(generator)
       << "'\n"
       << text;
  llvm::outs() << kind << ": seed " << seed << ", written to " << path << "\n"
               << StringRef(report).take_front(isOurs ? 6000 : 0) << "\n";
}

static pid_t start(const Seeds &seeds, Work &work) {
  pid_t child = fork();
  if (child == 0)
    runChild(seeds, work.end, *work.progress, work.report);
  return child;
}

static void runAll(const Seeds &seeds, Tally &tally) {
  std::map<pid_t, Work> running;
  uint64_t next = 0;
  auto startNext = [&](unsigned job) {
    if (next >= mutants)
      return;
    Work work;
    work.end = std::min<uint64_t>(next + kMutantsAChild, mutants);
    work.report = folder + "/report-" + std::to_string(job);
    work.progress = static_cast<Progress *>(
        mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    *work.progress = {next, 0};
    next = work.end;
    running[start(seeds, work)] = work;
  };
  for (unsigned job = 0; job < jobs; ++job)
    startNext(job);
  while (!running.empty()) {
    int status = 0;
    pid_t child = wait(&status);
    Work work = running[child];
    running.erase(child);
    bool isDone = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!isDone) {
      keepCrash(seeds, work, status, tally);
      ++work.progress->next;
      running[start(seeds, work)] = work;
      continue;
    }
    tally.parsed += work.progress->parsed;
    munmap(work.progress, sizeof(Progress));
    unsigned job = 0;
    StringRef(work.report).rsplit('-').second.getAsInteger(10, job);
    startNext(job);
  }
}

//===----------------------------------------------------------------------===//
// Seeds
//===----------------------------------------------------------------------===//

static void appendModules(StringRef path, MLIRContext &context, Seeds &seeds) {
  auto file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    return;
  SmallVector<StringRef> parts;
  (*file)->getBuffer().split(parts, "// -----");
  for (StringRef part : parts) {
    // Mutants of megabytes take long and show nothing.
    if (part.size() < 8192 && parseSourceString<ModuleOp>(part, &context))
      seeds.modules.push_back(tokenize(part));
  }
}

static Seeds readSeeds() {
  Seeds seeds;
  DialectRegistry registry;
  registerRunnerDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  ScopedDiagnosticHandler silent(&context,
                                 [](Diagnostic &) { return success(); });
  std::vector<std::string> paths;
  std::error_code error;
  for (llvm::sys::fs::recursive_directory_iterator i(modules, error), end;
       i != end && !error; i.increment(error))
    if (StringRef(i->path()).ends_with(".mlir"))
      paths.push_back(i->path());
  llvm::sort(paths);
  for (const std::string &path : paths)
    appendModules(path, context, seeds);
  seeds.vocabulary = std::make_unique<Vocabulary>(seeds.modules);
  return seeds;
}

int main(int argc, char **argv) {
  llvm::sys::PrintStackTraceOnErrorSignal(argv[0]);
  llvm::cl::ParseCommandLineOptions(argc, argv, "fuzzes parsers and passes\n");
  registerRunnerPasses();
  Seeds seeds = readSeeds();
  if (seeds.modules.empty()) {
    llvm::errs() << modules << ": no module parses\n";
    return 1;
  }
  llvm::outs() << mutants << " mutants of " << seeds.modules.size()
               << " modules from seed " << firstSeed << "\n";
  llvm::outs().flush();
  MLIRContext context;
  for (StringRef pipeline : pipelines) {
    PassManager pm(&context);
    if (failed(parsePipeline(
            fillIn(pipeline, ::mx::presets[0], ::mx::presets[0]), pm)))
      return 1;
  }
  Tally tally;
  runAll(seeds, tally);
  uint64_t share = 100 * tally.parsed / mutants;
  llvm::outs() << share << " % parse; crashes: " << tally.ours
               << " with a frame of the project, " << tally.theirs
               << " without, " << tally.slow << " mutants took over "
               << kSecondsEach << " s\n";
  return tally.ours != 0 || tally.slow != 0 || share < leastShare;
}
