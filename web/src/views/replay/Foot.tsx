/** Along the foot during a replay. */
export function ReplayFoot() {
  return <section class="replay-foot" data-testid="replay" />;
}

export function ReplayStage() {
  return null;
}
