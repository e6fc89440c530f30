#include "callback-service/http/routes.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace bw::callback_service {
namespace {

TEST(Routes, FindEveryPathOfTheTable) {
  std::set<std::string_view> labels;
  for (const Route& route : Routes()) {
    const std::string path = std::string(route.path) + (route.takes_call_id ? "c-1" : "");
    const RouteMatch match = FindRoute(path);
    EXPECT_EQ(match.route, &route);
    EXPECT_EQ(match.call_id, route.takes_call_id ? "c-1" : "");
    EXPECT_TRUE(labels.insert(route.label).second);
  }
}

// Paths that the project promises to the outside.
TEST(Routes, KeepThePromisedPaths) {
  for (const char* path :
       {"/callbacks/messaging/inbound", "/callbacks/messaging/status", "/callbacks/voice/answer",
        "/callbacks/voice/gather", "/callbacks/voice/disconnect", "/callbacks/voice/continue/c-1",
        "/callbacks/voice/redirect", "/callbacks/voice/status", "/callbacks/voice/events",
        "/callbacks/notifications"}) {
    EXPECT_NE(FindRoute(path).route, nullptr) << path;
  }
}

TEST(Routes, FindNothingElse) {
  for (const char* path :
       {"", "/", "/callbacks", "/callbacks/voice/answer/", "/callbacks/voice/answerx",
        "/callbacks/voice/continue", "/callbacks/voice/continue/", "/callbacks/voice/continue/a/b",
        "//callbacks/voice/answer", "/CALLBACKS/voice/answer"}) {
    EXPECT_EQ(FindRoute(path).route, nullptr) << path;
  }
}

TEST(ContinueUrl, LeadsBackToARoute) {
  EXPECT_EQ(ContinueUrl("", "c-1", 3), "/callbacks/voice/continue/c-1?wait=3");
  EXPECT_EQ(ContinueUrl("/bw", "c-1", 3), "/bw/callbacks/voice/continue/c-1?wait=3");
  EXPECT_EQ(ContinueUrl("", "a/b?c=\"d\"", 1),
            "/callbacks/voice/continue/a%2Fb%3Fc%3D%22d%22?wait=1");
  EXPECT_EQ(ContinueUrl("", "", 2), "/callbacks/voice/redirect?wait=2");
}

}  // namespace
}  // namespace bw::callback_service
