// A request on its way, with what is known of it.
#pragma once
#include "loop.hpp"
#include "route/preprocess.hpp"
#include "sip/message.hpp"
#include "transport/flow.hpp"

namespace offhook::proxy {

struct Job {
  const sip::Message& request;
  const transport::Flow& in;  // that it came over
  Plan plan;
  LoopMark mark;
};

}  // namespace offhook::proxy
