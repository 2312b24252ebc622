import { header, type WireRequest } from './request.ts';

export interface Joined {
  readonly errorCode: number;
  readonly generation: number;
  readonly leaderId: string;
  readonly memberId: string;
  /** Everybody, told to the leader only. */
  readonly members: readonly { readonly memberId: string; readonly metadata: Buffer }[];
}

export interface GroupMember {
  readonly groupId: string;
  readonly memberId: string;
  readonly generation: number;
}

export function joinGroupRequest(options: {
  readonly groupId: string;
  readonly memberId: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  readonly protocolName: string;
  readonly metadata: Buffer;
  readonly timeoutMs: number;
}): WireRequest<Joined> {
  return {
    ...header('JoinGroup'),
    timeoutMs: options.timeoutMs,
    write: (writer) => {
      const noInstanceId = null;
      writer.string(options.groupId);
      writer.int32(options.sessionTimeoutMs).int32(options.rebalanceTimeoutMs);
      writer.string(options.memberId).string(noInstanceId).string(options.protocolType);
      writer.array([options], (each) => {
        writer.string(each.protocolName).sizedBytes(each.metadata);
      });
    },
    read: (reader) => {
      reader.int32();
      const errorCode = reader.int16();
      const generation = reader.int32();
      reader.string();
      const leaderId = reader.string() ?? '';
      const memberId = reader.string() ?? '';
      const members = reader.array(() => {
        const id = reader.string() ?? '';
        reader.string();
        return { memberId: id, metadata: reader.sizedBytes() };
      });
      return { errorCode, generation, leaderId, memberId, members };
    },
  };
}

export function syncGroupRequest(
  member: GroupMember,
  shares: readonly { readonly memberId: string; readonly assignment: Buffer }[],
  timeoutMs: number,
): WireRequest<{ readonly errorCode: number; readonly assignment: Buffer }> {
  return {
    ...header('SyncGroup'),
    timeoutMs,
    write: (writer) => {
      writer.string(member.groupId).int32(member.generation);
      writer.string(member.memberId).string(null);
      writer.array(shares, (share) => {
        writer.string(share.memberId).sizedBytes(share.assignment);
      });
    },
    read: (reader) => {
      reader.int32();
      const errorCode = reader.int16();
      return { errorCode, assignment: reader.sizedBytes() };
    },
  };
}

/** Answers an error code. */
export function heartbeatRequest(member: GroupMember): WireRequest<number> {
  return {
    ...header('Heartbeat'),
    write: (writer) => {
      writer.string(member.groupId).int32(member.generation);
      writer.string(member.memberId).string(null);
    },
    read: (reader) => {
      reader.int32();
      return reader.int16();
    },
  };
}

/** Answers an error code. */
export function leaveGroupRequest(member: GroupMember): WireRequest<number> {
  return {
    ...header('LeaveGroup'),
    write: (writer) => {
      writer.string(member.groupId);
      writer.array([member], (each) => writer.string(each.memberId).string(null));
    },
    read: (reader) => {
      reader.int32();
      return reader.int16();
    },
  };
}
