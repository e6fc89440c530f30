#include "standalone/tunnel.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/log/log.h"

namespace bw::standalone {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kProgram = "cloudflared";
constexpr std::string_view kDomain = ".trycloudflare.com";
constexpr std::string_view kOwnApi = "api.trycloudflare.com";
constexpr std::string_view kHostCharacters = "abcdefghijklmnopqrstuvwxyz0123456789.-";
// Of a longer line only the beginning is looked at.
constexpr std::size_t kMaxLineBytes = 4'096;
constexpr const char* kAdvice =
    "; set BW_MCP_BASE_URL to a public URL that leads to the callback port, or leave "
    "BW_MCP_DEV_TUNNEL out";

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int get() const { return number_; }

 private:
  int number_;
};

// The first file of that name that may be run; "" when there is none.
std::string FindProgram(std::string_view search_path) {
  while (!search_path.empty()) {
    const std::size_t end = std::min(search_path.find(':'), search_path.size());
    const std::string folder(search_path.substr(0, end));
    search_path.remove_prefix(std::min(end + 1, search_path.size()));
    const std::string path = folder + "/" + std::string(kProgram);
    // A relative folder would depend on where we were started.
    if (folder.starts_with('/') && access(path.c_str(), X_OK) == 0) return path;
  }
  return "";
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

struct Child {
  const char* program;
  char** arguments;
  char** environment;
  int input;
  int output;
  pid_t parent;
};

// Between fork and exec: only calls that are safe there.
[[noreturn]] void Exec(const Child& child) {
  // A group of its own: Ctrl-C must not cut callers off before they were answered.
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != child.parent) _exit(127);
  signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  // Our stdout may belong to an MCP client.
  dup2(child.input, STDIN_FILENO);
  dup2(child.output, STDOUT_FILENO);
  dup2(child.output, STDERR_FILENO);
  close_range(3, ~0U, 0);
  execve(child.program, child.arguments, child.environment);
  _exit(127);
}

}  // namespace

std::optional<std::string> TunnelUrl(std::string_view line) {
  constexpr std::string_view kScheme = "https://";
  for (std::size_t at = line.find(kScheme); at != std::string_view::npos;
       at = line.find(kScheme, at + 1)) {
    const std::string_view rest = line.substr(at + kScheme.size());
    const std::string_view host = rest.substr(0, rest.find_first_not_of(kHostCharacters));
    if (host.ends_with(kDomain) && host.size() > kDomain.size() && host != kOwnApi) {
      return std::string(kScheme) + std::string(host);
    }
  }
  return std::nullopt;
}

// Reads what the program writes for as long as it runs, so that it never waits for us.
class Tunnel::Reader {
 public:
  Reader(Descriptor output, Descriptor stop)
      : output_(std::move(output)), stop_(std::move(stop)), thread_([this] { Run(); }) {}

  ~Reader() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    const std::uint64_t one = 1;
    (void)!write(stop_.get(), &one, sizeof one);
    thread_.join();
  }

  // The URL, or why there is none.
  StatusOr<std::string> WaitForUrl(milliseconds limit) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, limit, [this] { return url_.has_value() || ended_; });
    if (url_) return *url_;
    const std::string words = last_line_.empty() ? "" : " (its last words: " + last_line_ + ")";
    if (ended_) {
      return Unavailable("cloudflared ended before it gave a URL" + words + kAdvice);
    }
    return DeadlineExceeded("cloudflared gave no URL within " + std::to_string(limit.count()) +
                            " ms" + words + kAdvice);
  }

  // False when it still writes after `limit`.
  bool WaitForEnd(milliseconds limit) {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    return changed_.wait_for(lock, limit, [this] { return ended_; });
  }

 private:
  void Run() {
    std::array<char, 4'096> buffer{};
    while (true) {
      std::array<pollfd, 2> waiting{pollfd{output_.get(), POLLIN, 0},
                                    pollfd{stop_.get(), POLLIN, 0}};
      if (poll(waiting.data(), waiting.size(), -1) < 0 && errno == EINTR) continue;
      if (waiting[1].revents != 0) return;
      const ssize_t count = read(output_.get(), buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return End();
      Take(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
    }
  }

  void Take(std::string_view bytes) {
    for (const char c : bytes) {
      if (c == '\n') {
        TakeLine();
        line_.clear();
      } else if (line_.size() < kMaxLineBytes) {
        line_ += c;
      }
    }
  }

  void TakeLine() {
    log::Debug("tunnel.said", {{"line", line_}});
    const std::lock_guard lock(mutex_);
    if (line_.find_first_not_of(" \t\r") != std::string::npos) last_line_ = line_;
    if (url_) return;
    url_ = TunnelUrl(line_);
    if (url_) changed_.notify_all();
  }

  void End() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
    if (url_ && !stopping_) {
      log::Error("tunnel.ended", {{"url", *url_}, {"last_line", last_line_}});
    }
  }

  const Descriptor output_;
  const Descriptor stop_;
  std::string line_;  // only the thread's
  std::mutex mutex_;  // guards what follows, up to the thread
  std::condition_variable changed_;
  std::optional<std::string> url_;
  std::string last_line_;
  bool ended_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

StatusOr<std::unique_ptr<Tunnel>> Tunnel::Start(const Options& options) {
  std::string program = FindProgram(options.search_path);
  if (program.empty()) {
    return NotFound(std::string("cloudflared is not installed, or not on PATH") + kAdvice);
  }
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return Unavailable("cannot create a pipe");
  Descriptor output(ends[0]);
  std::optional<Descriptor> theirs(std::in_place, ends[1]);
  const Descriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
  Descriptor stop(eventfd(0, EFD_CLOEXEC));
  if (nothing.get() < 0 || stop.get() < 0) return Unavailable("cannot open what a tunnel needs");
  std::vector<std::string> arguments = {program, "tunnel", "--no-autoupdate", "--url",
                                        options.target};
  std::vector<std::string> environment = options.environment;
  std::vector<char*> argument_pointers = Pointers(arguments);
  std::vector<char*> environment_pointers = Pointers(environment);
  const Child child = {program.c_str(),
                       argument_pointers.data(),
                       environment_pointers.data(),
                       nothing.get(),
                       theirs->get(),
                       getpid()};
  const pid_t pid = fork();
  if (pid == 0) Exec(child);
  if (pid < 0) return Unavailable("cannot start cloudflared: no more processes are allowed");
  // Here too, so that the group is there whoever comes first.
  setpgid(pid, pid);
  theirs.reset();
  std::unique_ptr<Tunnel> tunnel(new Tunnel());
  tunnel->pid_ = pid;
  tunnel->stop_limit_ = options.stop_limit;
  tunnel->reader_ = std::make_unique<Reader>(std::move(output), std::move(stop));
  BW_ASSIGN_OR_RETURN(tunnel->url_, tunnel->reader_->WaitForUrl(options.url_limit));
  return tunnel;
}

Tunnel::~Tunnel() { Stop(); }

void Tunnel::Stop() {
  if (pid_ < 0) return;
  kill(-pid_, SIGTERM);
  if (!reader_->WaitForEnd(stop_limit_)) kill(-pid_, SIGKILL);
  reader_.reset();
  // It has closed its output, but may not have ended.
  if (waitpid(pid_, nullptr, WNOHANG) == 0) {
    kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  pid_ = -1;
}

}  // namespace bw::standalone
