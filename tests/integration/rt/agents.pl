# What the tests need besides what infra/helpdesks/request_tracker/initialdata.pl makes: an agent, a
# queue into which conversations may be moved, and one where only agents have rights.
use strict;
use warnings;

our ( @Users, @Queues, @ACL );

@Users = (
    {   Name         => 'alice',
        EmailAddress => 'alice@desk.invalid',
        RealName     => 'Alice Agent',
        Password     => 'alice-local',
        Privileged   => 1,
    },
    { Name => 'mallory', EmailAddress => 'mallory@desk.invalid', Privileged => 0 },
);
@Queues = ( { Name => 'Second line' }, { Name => 'Directors' } );

my @of_agents = qw(
    SeeQueue ShowTicket ShowTicketComments CreateTicket ReplyToTicket CommentOnTicket ModifyTicket
    DeleteTicket OwnTicket TakeTicket SeeCustomField
);
@ACL = (
    (   map {
            my $queue = $_;
            map { { UserId => 'alice', Queue => $queue, Right => $_ } } @of_agents
        } 'Messaging',
        'Second line',
        'Directors'
    ),
    (   map { { UserId => 'scripta', Queue => 'Second line', Right => $_ } }
            qw(SeeQueue ShowTicket ShowTicketComments ReplyToTicket CommentOnTicket ModifyTicket)
    ),
    ( map { { UserId => 'mallory', Queue => 'Messaging', Right => $_ } } qw(ReplyToTicket) ),
);

1;
