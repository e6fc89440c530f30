// What the tool service costs: CallTool over an in-process channel to an upstream on loopback,
// beside the same upstream asked directly by the same HTTP client.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>
#include <sys/resource.h>

#include "bw/tool_service/v1/tool_service.grpc.pb.h"
#include "common/http/server.h"
#include "common/http_client/http_client.h"
#include "common/metrics/metrics.h"
#include "tool-service/app.h"

namespace bw::tool_service {
namespace {

namespace proto = ::bw::tool_service::v1;
using Clock = std::chrono::steady_clock;

constexpr const char* kBody =
    R"([{"callId":"c-1","accountId":"9900000","to":"+15550100001","from":"+15550100002",)"
    R"("direction":"outbound","state":"disconnected","disconnectCause":"hangup"}])";
// A JWT whose claims are {"accounts":["9900000"]}.
constexpr const char* kToken =
    R"({"access_token":"e30.eyJhY2NvdW50cyI6WyI5OTAwMDAwIl19.x","expires_in":3600})";

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Keeps `width` operations in flight until `total` have ended.
class Load {
 public:
  using Operation = std::function<void(std::function<void(bool)>)>;
  Load(Operation operation, int width, int total)
      : operation_(std::move(operation)), left_(total - width), running_(width) {
    micros_.reserve(total);
  }

  void Run(const char* name) {
    const double cpu = CpuSeconds();
    const auto start = Clock::now();
    for (int i = 0, width = running_; i < width; ++i) One();
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return running_ == 0; });
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    std::sort(micros_.begin(), micros_.end());
    const auto at = [this](double part) {
      return micros_[static_cast<std::size_t>(part * static_cast<double>(micros_.size() - 1))];
    };
    const double count = static_cast<double>(micros_.size());
    std::printf("%-28s %9.0f/s  p50 %7.0f us  p99 %7.0f us  cpu %6.1f us/call  failed %d\n", name,
                count / seconds, at(0.5), at(0.99), (CpuSeconds() - cpu) * 1e6 / count, failed_);
    std::fflush(stdout);
  }

 private:
  void One() {
    const auto start = Clock::now();
    operation_([this, start](bool ok) {
      bool again = false;
      {
        const std::lock_guard lock(mutex_);
        micros_.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
        if (!ok) ++failed_;
        again = left_ > 0;
        if (again) --left_;
        if (!again && --running_ == 0) ended_.notify_all();
      }
      if (again) One();
    });
  }

  const Operation operation_;
  std::mutex mutex_;  // guards all below
  std::condition_variable ended_;
  int left_;
  int running_;
  int failed_ = 0;
  std::vector<double> micros_;
};

// One CallTool on the callback API; deletes itself.
class ToolCall : public grpc::ClientReadReactor<proto::CallToolResponse> {
 public:
  ToolCall(proto::ToolService::Stub& stub, const proto::CallToolRequest& request,
           std::function<void(bool)> done)
      : done_(std::move(done)) {
    stub.async()->CallTool(&context_, &request, this);
    StartRead(&response_);
    StartCall();
  }
  void OnReadDone(bool ok) override {
    if (!ok) return;
    succeeded_ = response_.has_result() && !response_.result().is_error();
    StartRead(&response_);
  }
  void OnDone(const grpc::Status& status) override {
    const auto done = std::move(done_);
    const bool ok = status.ok() && succeeded_;
    delete this;
    done(ok);
  }

 private:
  grpc::ClientContext context_;
  proto::CallToolResponse response_;
  bool succeeded_ = false;
  std::function<void(bool)> done_;
};

int Main() {
  auto upstream = http::StartServer({}, [](std::shared_ptr<http::Exchange> exchange) {
    const bool token = exchange->request().path.ends_with("/token");
    exchange->Reply(http::JsonResponse(200, token ? kToken : kBody));
  });
  if (!upstream.ok()) return 1;
  const std::string url = "http://127.0.0.1:" + std::to_string((*upstream)->port());

  Config config;
  config.listen = "";
  config.event_store_address = "unix:/nonexistent/event-store";
  config.client_id = "id";
  config.client_secret = config::Secret("secret");
  config.api_url = config.voice_url = url;
  config.log_level = "off";
  metrics::Registry registry;
  auto app = App::Start(config, {nullptr, &registry});
  if (!app.ok()) return 1;
  const auto stub = proto::ToolService::NewStub((*app)->InProcessChannel());
  proto::CallToolRequest request;
  request.set_tenant("default");
  request.set_name("listCalls");
  request.set_arguments_json(R"({"from":"+15550100002","pageSize":20})");
  const Load::Operation through = [&](std::function<void(bool)> done) {
    new ToolCall(*stub, request, std::move(done));
  };
  const auto client = http_client::MakeHttpClient();
  const Load::Operation direct = [&](std::function<void(bool)> done) {
    http_client::Request get;
    get.url = url + "/api/v2/accounts/9900000/calls?from=%2B15550100002&pageSize=20";
    client->Send(get, [done = std::move(done)](StatusOr<http_client::Response> response) {
      done(response.ok() && response->status == 200);
    });
  };
  constexpr int kWarmUp = 2'000;
  Load(through, 16, kWarmUp).Run("warm-up");
  Load(direct, 1, 5'000).Run("direct, 1 in flight");
  Load(through, 1, 5'000).Run("CallTool, 1 in flight");
  Load(direct, 64, 30'000).Run("direct, 64 in flight");
  Load(through, 64, 30'000).Run("CallTool, 64 in flight");

  proto::ListToolsRequest list;
  list.set_tenant("default");
  const Load::Operation lists = [&](std::function<void(bool)> done) {
    struct Listing {
      grpc::ClientContext context;
      proto::ListToolsResponse response;
    };
    auto listing = std::make_shared<Listing>();
    stub->async()->ListTools(&listing->context, &list, &listing->response,
                             [listing, done = std::move(done)](const grpc::Status& status) {
                               done(status.ok() && listing->response.tools_size() > 10);
                             });
  };
  Load(lists, 16, 10'000).Run("ListTools, 16 in flight");
  return 0;
}

}  // namespace
}  // namespace bw::tool_service

int main() { return bw::tool_service::Main(); }
