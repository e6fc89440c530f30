#include "common/rpc/rpc.h"

#include <filesystem>
#include <fstream>
#include <future>
#include <set>

#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include "bw/event_store/v1/event_store.grpc.pb.h"

namespace bw::rpc {
namespace {

namespace pb = bw::event_store::v1;

class Store : public pb::EventStore::Service {
  grpc::Status GetCall(grpc::ServerContext*, const pb::GetCallRequest* request,
                       pb::GetCallResponse* response) override {
    if (request->call_id() == "none") return ToGrpc(NotFound("no such call"));
    response->mutable_call()->set_call_id(request->call_id());
    return grpc::Status::OK;
  }
};

StatusOr<std::string> GetCall(const std::shared_ptr<grpc::Channel>& channel,
                              const std::string& call_id) {
  grpc::ClientContext context;
  pb::GetCallRequest request;
  request.set_call_id(call_id);
  pb::GetCallResponse response;
  const auto status = pb::EventStore::NewStub(channel)->GetCall(&context, request, &response);
  if (!status.ok()) return FromGrpc(status);
  return response.call().call_id();
}

TEST(Server, AnswersInProcessAndOverTcp) {
  Store store;
  auto server = Server::Start({.listen = "127.0.0.1:0"}, {&store});
  ASSERT_TRUE(server.ok()) << ToString(server.status());
  ASSERT_GT((*server)->port(), 0);
  const auto tcp = Connect("127.0.0.1:" + std::to_string((*server)->port()));
  for (const auto& channel : {(*server)->InProcessChannel(), tcp}) {
    EXPECT_EQ(GetCall(channel, "c-1").value_or("?"), "c-1");
    EXPECT_EQ(ToString(GetCall(channel, "none").status()), "NOT_FOUND: no such call");
  }
}

TEST(Server, InProcessOnlyOpensNoPort) {
  Store store;
  auto server = Server::Start({}, {&store});
  ASSERT_TRUE(server.ok());
  EXPECT_EQ((*server)->port(), 0);
  EXPECT_EQ(GetCall((*server)->InProcessChannel(), "c-2").value_or("?"), "c-2");
}

TEST(Server, ATakenAddressIsAnErrorThatNamesIt) {
  Store store;
  auto first = Server::Start({.listen = "127.0.0.1:0"}, {&store});
  ASSERT_TRUE(first.ok());
  const std::string address = "127.0.0.1:" + std::to_string((*first)->port());
  Store other;
  const auto second = Server::Start({.listen = address}, {&other});
  ASSERT_FALSE(second.ok());
  EXPECT_NE(Message(second.status()).find(address), std::string_view::npos);
}

// The threads that run gRPC's callbacks, by the name gRPC gives them.
std::set<std::string> CallbackThreads() {
  std::set<std::string> threads;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::ifstream comm(task.path() / "comm");
    std::getline(comm, name);
    if (name == "nexting_thread") threads.insert(task.path().filename());
  }
  return threads;
}

// A call whose client is gone holds the last reference to its channel, so a callback thread ends
// the channel. It must not end the threads, being one of them.
TEST(Connect, TheLastChannelMayEndInACallback) {
  struct Call {
    grpc::ClientContext context;
    pb::GetCallRequest request;
    pb::GetCallResponse response;
  };
  auto channel = Connect("127.0.0.1:1");
  auto call = std::make_shared<Call>();
  std::promise<void> released;
  std::promise<void> ended;
  const auto threads = CallbackThreads();
  ASSERT_FALSE(threads.empty());
  pb::EventStore::NewStub(channel)->async()->GetCall(
      &call->context, &call->request, &call->response,
      [held = call, &released, &ended](const grpc::Status&) mutable {
        released.get_future().wait();
        held.reset();
        ended.set_value();
      });
  call.reset();
  channel.reset();
  released.set_value();
  ended.get_future().wait();
  EXPECT_EQ(CallbackThreads(), threads);
}

TEST(Status, EveryCodeSurvivesTheWire) {
  for (int code = 1; code <= 16; ++code) {
    const Status status = MakeStatus(FromCode(code), "m");
    EXPECT_EQ(ToCode(FromGrpc(ToGrpc(status)).code()), code);
  }
  EXPECT_EQ(FromCode(99), StatusCode::kUnknown);
}

}  // namespace
}  // namespace bw::rpc
