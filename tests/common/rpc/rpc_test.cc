#include "common/rpc/rpc.h"

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

TEST(Status, EveryCodeSurvivesTheWire) {
  for (int code = 1; code <= 16; ++code) {
    const Status status = MakeStatus(FromCode(code), "m");
    EXPECT_EQ(ToCode(FromGrpc(ToGrpc(status)).code()), code);
  }
  EXPECT_EQ(FromCode(99), StatusCode::kUnknown);
}

}  // namespace
}  // namespace bw::rpc
