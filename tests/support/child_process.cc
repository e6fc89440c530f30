#include "tests/support/child_process.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bw::testing_support {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPollInterval{5};

std::string VariableOr(const char* name, const std::string& fallback) {
  const char* value = std::getenv(name);
  return value == nullptr ? fallback : value;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// What the child does between fork and exec: only calls that are safe there.
[[noreturn]] void ExecChild(const std::array<int, 3>& descriptors, const std::string& program,
                            char** args, char** environment) {
  for (int target = 0; target < 3; ++target) {
    dup2(descriptors[static_cast<std::size_t>(target)], target);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(program.c_str(), args, environment);
  _exit(127);
}

}  // namespace

StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(const Command& command) {
  std::unique_ptr<ChildProcess> child(new ChildProcess());
  child->log_file_ = command.log_file;
  if (child->log_file_.empty()) {
    std::string name = (fs::temp_directory_path() / "bw-log-XXXXXX").string();
    close(mkstemp(name.data()));
    child->log_file_ = name;
    child->owns_log_ = true;
  }
  const int log = open(child->log_file_.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  std::array<int, 2> in{-1, -1};
  std::array<int, 2> out{-1, -1};
  if (command.pipe_stdio) {
    if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) {
      return Unavailable("cannot create pipes");
    }
  } else {
    in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  const std::array<int, 3> descriptors{in[0], command.pipe_stdio ? out[1] : log, log};

  const std::string program = command.program.find('/') == std::string::npos
                                  ? BinaryPath(command.program)
                                  : command.program;
  std::vector<std::string> args{program};
  args.insert(args.end(), command.args.begin(), command.args.end());
  std::vector<std::string> environment{"PATH=" + VariableOr("PATH", "/usr/bin:/bin"),
                                       "HOME=" + VariableOr("HOME", "/")};
  for (const char* passed : {"ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    if (const char* value = std::getenv(passed)) {
      environment.push_back(std::string(passed) + "=" + value);
    }
  }
  environment.insert(environment.end(), command.environment.begin(), command.environment.end());
  const std::vector<char*> arg_pointers = Pointers(args);
  const std::vector<char*> environment_pointers = Pointers(environment);

  child->pid_ = fork();
  if (child->pid_ == 0) {
    ExecChild(descriptors, program, const_cast<char**>(arg_pointers.data()),
              const_cast<char**>(environment_pointers.data()));
  }
  close(log);
  close(in[0]);
  if (command.pipe_stdio) {
    close(out[1]);
    child->stdin_ = in[1];
    child->stdout_ = out[0];
  }
  if (child->pid_ < 0) return Unavailable("cannot fork");
  return child;
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0 && !Reap(/*block=*/false)) {
    kill(pid_, SIGKILL);
    Reap(/*block=*/true);
  }
  if (stdin_ >= 0) close(stdin_);
  if (stdout_ >= 0) close(stdout_);
  if (owns_log_) fs::remove(log_file_);
}

bool ChildProcess::Reap(bool block) {
  if (exited_) return true;
  int status = 0;
  if (waitpid(pid_, &status, block ? 0 : WNOHANG) != pid_) return false;
  exited_ = true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

std::string ChildProcess::Log() const {
  std::ifstream stream(log_file_, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

StatusOr<json::Json> ChildProcess::WaitForEvent(std::string_view event, milliseconds limit,
                                                std::string_view service) {
  const auto deadline = steady_clock::now() + limit;
  while (true) {
    const bool exited = Reap(/*block=*/false);
    std::ifstream stream(log_file_);
    std::string line;
    while (std::getline(stream, line)) {
      if (stream.eof()) break;  // the newline is not there yet
      auto parsed = json::Parse(line);
      if (!parsed.ok() || json::GetString(*parsed, "event") != event) continue;
      if (service.empty() || json::GetString(*parsed, "service") == service) {
        return *std::move(parsed);
      }
    }
    if (exited) {
      return Unavailable("the process exited with " + std::to_string(exit_code_) + ": " + Log());
    }
    if (steady_clock::now() > deadline) {
      return DeadlineExceeded("no " + std::string(event) + " in the log: " + Log());
    }
    std::this_thread::sleep_for(kPollInterval);
  }
}

void ChildProcess::Signal(int signal_number) {
  if (!Reap(/*block=*/false)) kill(pid_, signal_number);
}

StatusOr<int> ChildProcess::WaitForExit(milliseconds limit) {
  const auto deadline = steady_clock::now() + limit;
  while (!Reap(/*block=*/false)) {
    if (steady_clock::now() > deadline) return DeadlineExceeded("the process still runs: " + Log());
    std::this_thread::sleep_for(kPollInterval);
  }
  return exit_code_;
}

bool ChildProcess::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(stdin_, bytes.data(), bytes.size());
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void ChildProcess::CloseStdin() {
  if (stdin_ >= 0) close(stdin_);
  stdin_ = -1;
}

StatusOr<std::string> ChildProcess::ReadLine(milliseconds limit) {
  const auto deadline = steady_clock::now() + limit;
  while (true) {
    const std::size_t newline = unread_.find('\n');
    if (newline != std::string::npos) {
      std::string line = unread_.substr(0, newline);
      unread_.erase(0, newline + 1);
      return line;
    }
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
    pollfd readable{stdout_, POLLIN, 0};
    if (left.count() < 0 || poll(&readable, 1, static_cast<int>(left.count())) <= 0) {
      return DeadlineExceeded("no line on stdout");
    }
    std::array<char, 65536> chunk{};
    const ssize_t got = read(stdout_, chunk.data(), chunk.size());
    if (got <= 0) return Unavailable("stdout was closed");
    unread_.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

std::string BinaryPath(std::string_view name) {
  const std::string fallback =
      (fs::read_symlink("/proc/self/exe").parent_path().parent_path() / "bin").string();
  return VariableOr("BW_BIN_DIR", fallback) + "/" + std::string(name);
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "bw-test-XXXXXX").string();
  path_ = mkdtemp(name.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace bw::testing_support
